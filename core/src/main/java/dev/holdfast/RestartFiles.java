// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Which files a program writes its state to, and how one knows that they are whole.
 *
 * <p>Patterns are relative to the folder and may lead into folders below it: {@code *}, {@code ?}
 * and {@code [0-9]} stand for characters within one name. Only regular files count; what a symbolic
 * link leads to does not, unless the link is a folder.
 *
 * <p>All files that match are one state: a version holds all of them as they were at one moment.
 *
 * <p><b>Markers.</b> A program that writes a small file after its state can say so with {@code
 * done}: a state file is whole when its marker is not older. One {@code done} for all, or one for
 * each {@code state} in the same order. Marker and state file are paired by what the wildcards
 * stand for: {@code chk*.ok} with {@code chk*.h5}. A marker pattern with fewer wildcards serves all
 * state files that agree in the first ones: {@code chk*.ok} with {@code chk*.rank*.h5}; one without
 * any serves all.
 *
 * <p><b>Without markers</b> a file is whole when no process that can be seen has it open for
 * writing and it has not changed for {@code settle}.
 *
 * @param folder what the patterns are relative to; where the program runs
 * @param state patterns of the files that hold the state, one or more
 * @param done patterns of the markers; empty without
 * @param latest how many of the newest files of each pattern to take, those that share a marker
 *     counting as one; 0 for all
 * @param settle how long a file must not have changed
 */
public record RestartFiles(
    Path folder, List<String> state, List<String> done, int latest, Duration settle) {
  /** How long a file must not have changed, unless one says otherwise. */
  public static final Duration SETTLE_DEFAULT = Duration.ofSeconds(10);

  /**
   * @throws HoldfastException when a pattern cannot work, naming it and the remedy
   */
  public RestartFiles {
    folder = folder.toAbsolutePath().normalize();
    state = List.copyOf(state);
    done = List.copyOf(done);
    if (state.isEmpty()) {
      throw new HoldfastException("no --state: name the restart files, such as --state 'chk*.h5'");
    }
    if (latest < 0) {
      throw new HoldfastException("--latest " + latest + ": write how many files, 1 or more");
    }
    if (settle.isNegative()) {
      throw new HoldfastException("--settle " + settle + ": write a duration, such as 10s");
    }
    Patterns.of(state, done);
  }

  /** All files of one pattern, whole when they have not changed for 10 s. */
  public static RestartFiles of(Path folder, String pattern) {
    return new RestartFiles(folder, List.of(pattern), List.of(), 0, SETTLE_DEFAULT);
  }

  Patterns patterns() {
    return Patterns.of(state, done);
  }
}
