// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.io.FileStamp;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a version says of a restart file besides its bytes (docs/format/record.md).
 *
 * @param mode permission bits
 * @param modifiedNs modification time in nanoseconds since 1970
 */
record FileFacts(int mode, long modifiedNs) {
  private static final String PREFIX = "file:";
  private static final int MODE_WITHOUT_NOTE = 0600;
  private static final int PERMISSIONS = 0777;

  /** The notes of a version that holds these files. */
  static Map<String, String> notes(FileSet files) {
    Map<String, String> notes = new TreeMap<>();
    for (Map.Entry<String, FileStamp> file : files.all().entrySet()) {
      FileStamp stamp = file.getValue();
      notes.put(
          PREFIX + file.getKey(), Integer.toOctalString(stamp.mode()) + " " + stamp.modifiedNs());
    }
    return notes;
  }

  /**
   * What a version notes of a file; one without a note is the owner's and as old as the version.
   */
  static FileFacts of(VersionInfo version, String name) {
    String note = version.user().getOrDefault(PREFIX + name, "");
    int space = note.indexOf(' ');
    try {
      int mode = Integer.parseInt(note.substring(0, Math.max(0, space)), 8) & PERMISSIONS;
      return new FileFacts(mode, Long.parseLong(note.substring(space + 1)));
    } catch (NumberFormatException e) {
      return new FileFacts(MODE_WITHOUT_NOTE, version.state().capturedEpochMs() * 1_000_000);
    }
  }
}
