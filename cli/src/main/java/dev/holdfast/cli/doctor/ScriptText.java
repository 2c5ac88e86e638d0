// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A batch script as far as the traps need it: directives, commands, functions, traps. It is read,
 * not run, and by far not as bash would: what a script does by eval, by sourcing or through
 * variables stays unseen.
 *
 * @param raw its lines
 * @param scheduler whose directives it has
 * @param directives before the first command, where they count
 * @param late directives after it, where they do not
 * @param statements in order
 */
record ScriptText(
    List<String> raw,
    Scheduler scheduler,
    List<Directive> directives,
    List<Directive> late,
    List<Statement> statements) {
  private static final Pattern TRAP =
      Pattern.compile(
          "^trap\\s+(--\\s+)?('[^']*'|\"[^\"]*\"|[^\\s'\"]\\S*)\\s+(.+)$", Pattern.DOTALL);
  private static final Pattern RUN = Pattern.compile("holdfast\\}?\"?\\s+run\\b");
  private static final Pattern SUBMIT_SELF =
      Pattern.compile(
          "^(sbatch|qsub|bsub)\\b.*(\\$\\{?0\\b|\\$\\{?BASH_SOURCE|\\$\\{?PBS_JOBNAME|/slurm_script)",
          Pattern.DOTALL);
  private static final Pattern BY_HAND =
      Pattern.compile("-z\\s+\"?\\$\\{?(SLURM_JOB_?ID|PBS_JOBID|LSB_JOBID|JOB_ID)\\b");

  enum Scheduler {
    SLURM("#SBATCH"),
    PBS("#PBS"),
    LSF("#BSUB"),
    GRID_ENGINE("#$"),
    NONE("#");

    private final String mark;

    Scheduler(String mark) {
      this.mark = mark;
    }

    String mark() {
      return mark;
    }
  }

  /**
   * A line for the scheduler.
   *
   * @param text without the mark
   */
  record Directive(int line, String text) {}

  /**
   * A trap statement.
   *
   * @param handler what runs, functions it calls included; empty where the signal is ignored
   * @param signals without SIG
   */
  record Trap(Statement statement, String handler, List<String> signals) {
    /** Whether it is there to act on a signal that a scheduler sends. */
    boolean acts() {
      return !handler.isBlank()
          && signals.stream().anyMatch(s -> !s.matches("EXIT|0|ERR|DEBUG|RETURN|-"));
    }
  }

  ScriptText {
    raw = List.copyOf(raw);
    directives = List.copyOf(directives);
    late = List.copyOf(late);
    statements = List.copyOf(statements);
  }

  static ScriptText of(String text) {
    return new ScriptReader(text).read();
  }

  /** The first directive that the pattern is found in. */
  Optional<Directive> directive(String regex) {
    Pattern pattern = Pattern.compile(regex);
    return directives.stream().filter(d -> pattern.matcher(d.text()).find()).findFirst();
  }

  boolean slurm() {
    return scheduler == Scheduler.SLURM;
  }

  /** Statements outside functions. */
  List<Statement> main() {
    return statements.stream().filter(s -> s.function().isEmpty()).toList();
  }

  /** What the job is for, outside functions. */
  List<Statement> programs() {
    return main().stream().filter(Statement::isProgram).toList();
  }

  Stream<Statement> named(String name) {
    return statements.stream().filter(s -> s.is(name));
  }

  /** All commands in one text, for rules that ask whether something is mentioned at all. */
  String commands() {
    return String.join("\n", statements.stream().map(Statement::text).toList());
  }

  boolean usesHoldfastRun() {
    return RUN.matcher(commands()).find();
  }

  List<Trap> traps() {
    return statements.stream().flatMap(s -> trap(s).stream()).toList();
  }

  List<Trap> actingTraps() {
    return traps().stream().filter(Trap::acts).toList();
  }

  private Optional<Trap> trap(Statement statement) {
    Matcher match = TRAP.matcher(statement.text());
    if (!match.find()) {
      return Optional.empty();
    }
    String action = match.group(2);
    boolean quoted = action.startsWith("'") || action.startsWith("\"");
    String handler = quoted ? action.substring(1, action.length() - 1) : action;
    List<String> signals =
        Stream.of(match.group(3).strip().split("\\s+"))
            .map(s -> s.replaceFirst("^SIG", ""))
            .toList();
    return Optional.of(new Trap(statement, handler.equals("-") ? "" : unfolded(handler), signals));
  }

  /** A handler, and the bodies of the functions it names. */
  private String unfolded(String handler) {
    StringBuilder all = new StringBuilder(handler);
    for (Statement statement : statements) {
      if (!statement.function().isEmpty()
          && handler.matches("(?s).*\\b" + Pattern.quote(statement.function()) + "\\b.*")) {
        all.append('\n').append(statement.text());
      }
    }
    return all.toString();
  }

  /** Where the script gets its own job into the queue again, while it runs as a job. */
  List<Statement> requeues() {
    return statements.stream().filter(s -> requeuesByControl(s) || submitsItself(s)).toList();
  }

  static boolean requeuesByControl(Statement statement) {
    return statement.command().matches("(?s)scontrol\\s+(\\S+\\s+)*requeue.*")
        || statement.is("brequeue");
  }

  /** Outside of what is done by hand on the login node only. */
  static boolean submitsItself(Statement statement) {
    return SUBMIT_SELF.matcher(statement.command()).find()
        && statement.conditions().stream().noneMatch(c -> BY_HAND.matcher(c).find());
  }

  /** Whether the job may begin anew from the first line of its script. */
  boolean mayBeRequeued() {
    return !requeues().isEmpty()
        || usesHoldfastRun()
        || requeueDirective().isPresent()
        || (scheduler == Scheduler.GRID_ENGINE && commands().contains("exit 99"));
  }

  /** The directive that makes it eligible for another run. */
  Optional<Directive> requeueDirective() {
    return switch (scheduler) {
      case SLURM -> directive("--requeue\\b");
      case PBS, GRID_ENGINE -> directive("^-r\\s+y");
      case LSF -> directive("(^|\\s)-(r|Q)\\b");
      case NONE -> Optional.empty();
    };
  }
}
