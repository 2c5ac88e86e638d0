// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.format.FileHeader;
import dev.holdfast.storage.io.DiskFile;
import dev.holdfast.storage.io.FlightRecorder;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a flight recording shows of writing a file (docs/jfr.md). An event that nobody records costs
 * one small object; that of a runtime without the recorder is null, and its class is not loaded.
 *
 * <p>The events have no class in common, though they are alike: code that takes one for the other
 * makes the JVM load all, which fails without the recorder, and while a recorder prepares them.
 */
final class FileEvents {
  private FileEvents() {}

  static @Nullable WriteEvent writing() {
    if (!FlightRecorder.PRESENT) {
      return null;
    }
    WriteEvent event = new WriteEvent();
    event.begin();
    return event;
  }

  static void written(@Nullable WriteEvent event, Path path, DiskFile file) throws IOException {
    if (event == null) {
      return;
    }
    event.end();
    if (event.shouldCommit()) { // asks how long it took, so not before the end
      event.file = String.valueOf(path.getFileName());
      event.fileBytes = file.size();
      event.commit();
    }
  }

  static @Nullable EncodeEvent encoding() {
    if (!FlightRecorder.PRESENT) {
      return null;
    }
    EncodeEvent event = new EncodeEvent();
    event.begin();
    return event;
  }

  static void encoded(
      @Nullable EncodeEvent event, EncodeStage stage, ExtentWriter extents, long rawBytes) {
    if (event == null) {
      return;
    }
    event.end();
    if (event.shouldCommit()) { // asks how long it took, so not before the end
      event.rawBytes = rawBytes;
      event.storedBytes = extents.end() - FileHeader.BYTES;
      event.threads = stage.threads();
      event.encoding = stage.encodingNs();
      event.writing = extents.writingNs();
      event.waiting = stage.waitingNs();
      event.commit();
    }
  }

  static @Nullable SyncEvent syncing() {
    if (!FlightRecorder.PRESENT) {
      return null;
    }
    SyncEvent event = new SyncEvent();
    event.begin();
    return event;
  }

  static void synced(@Nullable SyncEvent event, Path path, DiskFile file) throws IOException {
    if (event == null) {
      return;
    }
    event.end();
    if (event.shouldCommit()) { // asks how long it took, so not before the end
      event.file = String.valueOf(path.getFileName());
      event.fileBytes = file.size();
      event.commit();
    }
  }
}
