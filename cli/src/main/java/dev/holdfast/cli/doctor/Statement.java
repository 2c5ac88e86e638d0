// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One command of a shell script.
 *
 * @param line where it begins, counted from 1
 * @param text without keywords before it and without comments
 * @param follower what separates it from the next: ; &amp; &amp;&amp; || | or a line's end
 * @param function the function in whose body it stands; empty outside
 * @param conditions of the ifs around it
 * @param loops around it
 * @param condition whether it is one itself, of an if or a loop
 */
record Statement(
    int line,
    String text,
    String follower,
    String function,
    List<String> conditions,
    int loops,
    boolean condition) {
  private static final Set<String> RUNNERS =
      Set.of(
          "srun",
          "mpirun",
          "mpiexec",
          "mpiexec.hydra",
          "orterun",
          "prun",
          "aprun",
          "jsrun",
          "blaunch",
          "ibrun",
          "java",
          "python",
          "python2",
          "python3",
          "julia",
          "Rscript",
          "matlab",
          "octave",
          "apptainer",
          "singularity",
          "docker",
          "podman",
          "perl",
          "stdbuf",
          "timeout",
          "time",
          "nice",
          "numactl",
          "holdfast");

  /** What jobs also start and what takes no time worth speaking of. */
  private static final Pattern SHORT =
      Pattern.compile(
          "^(srun\\s+(-\\S+\\s+)*)?(\\S*/)?(hostname|echo|date|mkdir|cp|mv|rm|cat|ls|nvidia-smi|env"
              + "|id|uname|sleep|test|module)\\b.*");

  private static final Pattern ASSIGNMENT = Pattern.compile("^\\w+\\+?=.*", Pattern.DOTALL);
  private static final Pattern LEADING = Pattern.compile("^(\\w+=(\"[^\"]*\"|'[^']*'|\\S)*\\s+)+");

  Statement {
    conditions = List.copyOf(conditions);
  }

  /** Without variables set for it and without exec. */
  String command() {
    String command = LEADING.matcher(text).replaceFirst("");
    return command.startsWith("exec ") ? command.substring(5).strip() : command;
  }

  /** The shell becomes it. */
  boolean exec() {
    return text.startsWith("exec ") && isProgram();
  }

  boolean background() {
    return follower.equals("&");
  }

  /** Whether its failure is heeded, so that set -e does not end the script. */
  boolean guarded() {
    return condition || follower.equals("||") || follower.equals("&&");
  }

  /** The first word without quotes and folders. */
  String name() {
    String first = command().split("\\s+", 2)[0].replace("\"", "").replace("'", "");
    return first.substring(first.lastIndexOf('/') + 1);
  }

  boolean is(String name) {
    return name().equals(name);
  }

  /** Whether it looks like what the job is for: it may run for hours. */
  boolean isProgram() {
    String command = command();
    if (command.isEmpty() || ASSIGNMENT.matcher(command).matches()) {
      return false;
    }
    if (SHORT.matcher(command).matches()) {
      return false;
    }
    String first = command.split("\\s+", 2)[0].replace("\"", "");
    boolean path = first.contains("/") || first.matches("\\$\\{?\\w+\\}?(\\[@\\])?\\}?");
    return RUNNERS.contains(name()) || path;
  }
}
