// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.CommitResult;
import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.io.FlightRecorder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a flight recording shows of a job (docs/jfr.md). An event that nobody records costs one
 * small object; that of a runtime without the recorder is null, and its class is not loaded.
 */
final class FlightEvents {
  private FlightEvents() {}

  static @Nullable CaptureEvent capturing() {
    if (!FlightRecorder.PRESENT) {
      return null;
    }
    CaptureEvent event = new CaptureEvent();
    event.begin();
    return event;
  }

  /** The capture is open; a state that is blocking keeps the loop waiting beyond this. */
  static void captured(@Nullable CaptureEvent event, long step, Capture capture, boolean blocking) {
    if (event != null && event.isEnabled()) {
      event.end();
      event.step = step;
      event.stateBytes = capture.stateBytes();
      event.changedBytes = capture.changedBytes();
      event.changedBlocks = changedBlocks(capture);
      event.blocking = blocking;
      if (!blocking) {
        event.commit();
      }
    }
  }

  private static long changedBlocks(Capture capture) {
    long changed = 0;
    for (RegionSource source : capture.sources()) {
      for (int block = 0; block < source.schema().blockCount(); block++) {
        changed += source.changed(block) ? 1 : 0;
      }
    }
    return changed;
  }

  /** The loop waits no longer for a blocking state. */
  static void released(@Nullable CaptureEvent event) {
    if (event != null) {
      event.end();
      event.commit();
    }
  }

  static @Nullable CommitEvent committing() {
    if (!FlightRecorder.PRESENT) {
      return null;
    }
    CommitEvent event = new CommitEvent();
    event.begin();
    return event;
  }

  /**
   * @param tookNs asked for the time since the capture; negative where that measures nothing
   */
  static void committed(
      @Nullable CommitEvent event,
      long step,
      long stateBytes,
      CommitResult result,
      LongSupplier tookNs) {
    if (event == null || !event.isEnabled()) {
      return;
    }
    event.end();
    event.step = step;
    event.stateBytes = stateBytes;
    event.sinceCapture = tookNs.getAsLong();
    switch (result) {
      case CommitResult.Committed done -> {
        event.outcome = "COMMITTED";
        event.version = done.number();
        event.level = done.level().name();
        event.full = done.full();
        event.changedBytes = done.changedBytes();
        event.fileBytes = done.storedBytes();
      }
      case CommitResult.Failed failed -> {
        event.outcome = "FAILED";
        event.message = failed.message();
      }
      case CommitResult.Fenced fenced -> {
        event.outcome = "FENCED";
        event.message = "taken over by " + fenced.by();
      }
    }
    event.commit();
  }

  static @Nullable TidyEvent tidying() {
    if (!FlightRecorder.PRESENT) {
      return null;
    }
    TidyEvent event = new TidyEvent();
    event.begin();
    return event;
  }

  static void tidied(@Nullable TidyEvent event) {
    if (event != null) {
      event.commit();
    }
  }

  static @Nullable RestartEvent restarting() {
    if (!FlightRecorder.PRESENT) {
      return null;
    }
    RestartEvent event = new RestartEvent();
    event.begin();
    return event;
  }

  static void restarted(@Nullable RestartEvent event, StoredVersion version, int passedOver) {
    if (event != null && event.isEnabled()) {
      event.end();
      event.version = version.number();
      event.step = version.info().state().step();
      event.stateBytes = version.info().stateBytes();
      event.passedOver = passedOver;
      event.commit();
    }
  }
}
