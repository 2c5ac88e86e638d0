// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the commands of a scheduler. Recorded ones stand in for them in tests. */
public interface Commands {

  /** The program of that name on the search path. */
  Optional<Path> find(String name);

  /**
   * Runs a command to its end.
   *
   * @param limit after which it is killed
   * @param command program and arguments
   */
  Result run(Duration limit, List<String> command);

  /**
   * The commands of this machine.
   *
   * @param environment what they get: the environment of this process
   */
  static Commands system(Map<String, String> environment) {
    return new SystemCommands(environment);
  }

  /**
   * How a command ended.
   *
   * @param code its exit code; {@link #NO_ANSWER} if it was not over in time, {@link #NOT_STARTED}
   *     if it could not be started
   * @param out what it wrote
   * @param err what it complained about
   */
  record Result(int code, String out, String err) {
    static final int NO_ANSWER = -1;
    static final int NOT_STARTED = -2;
  }
}
