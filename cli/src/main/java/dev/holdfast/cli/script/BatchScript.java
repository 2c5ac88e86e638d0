// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A batch script that survives: the job is told before its end, stops at a checkpoint, gets into
 * the queue again and goes on.
 *
 * <p>Three decisions carry it. The shell becomes {@code holdfast run} by exec, so that a signal to
 * the shell reaches somebody who does something about it; bash would run a trap only after the
 * foreground command. Nothing in the script decides about requeueing: that is done where it is
 * known whether a checkpoint was written. And run by hand, outside a job, the script submits
 * itself: one job or a chain of them, the same one command.
 */
public final class BatchScript {
  private static final Map<String, Dialect> DIALECTS =
      Map.of("slurm", new Slurm(), "pbs", new Pbs(), "lsf", new Lsf(), "sge", new GridEngine());

  private final Dialect dialect;
  private final ScriptWish wish;
  private final String task;
  private final List<String> lines = new ArrayList<>();

  private BatchScript(Dialect dialect, ScriptWish wish) {
    this.dialect = dialect;
    this.wish = wish;
    this.task = wish.array().isPresent() ? dialect.taskVariable() : "";
  }

  /** Refuses a scheduler that nothing is known of. */
  public static void mustKnow(String scheduler) {
    dialect(scheduler);
  }

  private static Dialect dialect(String scheduler) {
    Dialect dialect = DIALECTS.get(scheduler.toLowerCase(Locale.ROOT));
    if (dialect == null) {
      throw new ScriptException(
          "there is no script for \"" + scheduler + "\"; schedulers: slurm, pbs, lsf, sge");
    }
    return dialect;
  }

  /**
   * The script.
   *
   * @param scheduler slurm, pbs, lsf or sge
   * @throws ScriptException when this scheduler cannot do what is wished
   */
  public static String of(String scheduler, ScriptWish wish) {
    Dialect dialect = dialect(scheduler);
    Lead lead = Lead.of(wish);
    dialect.check(wish, lead);
    BatchScript script = new BatchScript(dialect, wish);
    script.head();
    script.directives(lead);
    script.submission();
    script.surroundings();
    script.run();
    return String.join("\n", script.lines) + "\n";
  }

  private void add(String line) {
    lines.add(line);
  }

  private void head() {
    String store = ShellWord.of(wish.store());
    add("#!/bin/bash");
    add("# " + wish.name() + ": a long computation under Holdfast, on " + dialect.title() + ".");
    add("#");
    add("# submit, and go on  run this file by hand: outside a job it submits itself" + inChain());
    add("# look               holdfast status " + store);
    add("# stop               holdfast stop " + store);
    if (wish.array().isPresent()) {
      add("#                    {task} is the number of an array task: each has its own store");
    }
    add("#");
    add("# Written by: holdfast script " + words(wish.writtenBy(), ""));
    add("#");
  }

  private String inChain() {
    return wish.chain().orElse(1) > 1 ? ", " + wish.chain().getAsInt() + " times" : "";
  }

  private void directives(Lead lead) {
    for (String line : dialect.directives(wish, lead)) {
      add(line.startsWith("# ") ? line : dialect.mark() + " " + line);
    }
    wish.directives().forEach(directive -> add(dialect.mark() + " " + directive));
    add("");
  }

  private void submission() {
    add("set -u");
    add("");
    add("if [ -z \"${" + dialect.jobVariable() + ":-}\" ]; then # by hand: submit");
    if (wish.chain().orElse(1) == 1) {
      add("  exec " + dialect.submit());
    } else {
      int chain = wish.chain().getAsInt();
      add("  # Each job begins when the one before has ended. When the work is done, the rest of");
      add("  # them end at once.");
      add("  previous=");
      add("  for ((job = 1; job <= " + chain + "; job++)); do");
      add("    previous=$(" + dialect.submitNext() + ") || exit");
      dialect.numberOfPrevious().forEach(line -> add("    " + line));
      add("    echo \"$job of " + chain + ": job $previous\"");
      add("  done");
      add("  exit");
    }
    add("fi");
    add("");
  }

  private void surroundings() {
    add("# All three are where every node sees them, and are the same in every run.");
    add("holdfast=" + ShellWord.of(wish.launcher()));
    add("store=" + ShellWord.of(wish.store(), task));
    add("cd " + ShellWord.of(wish.folder()) + " || exit");
    add("");
    add(
        "# These are meant for one run: inherited from where the job was submitted, they would hold");
    add("# for every restart.");
    add("unset HOLDFAST_FRESH HOLDFAST_BREAK_LOCK");
    add("# A signal that comes before holdfast is there to hear it must not end the job.");
    add("trap '' USR1");
    add("");
    add("# Modules and variables that the program needs belong here.");
    add("");
    add("echo \"$(date '+%F %T') " + dialect.whereabouts() + "\"");
    add("");
  }

  private void run() {
    add(
        "# exec: signals to this shell are signals to holdfast then. It restarts the program, stops");
    add("# it at a checkpoint in time, and sees to it that the job comes into the queue again.");
    add("exec \"$holdfast\" run \\");
    add("  --store \"$store\" \\");
    List<List<String>> requeue =
        wish.chain().isPresent() ? List.of(List.of("--requeue=chain")) : dialect.requeue();
    requeue.forEach(words -> add("  " + String.join(" ", words) + " \\"));
    if (wish.parallel() && !wish.files()) {
      add("  --stop-signal USR1 \\"); // srun and mpiexec pass it on; on TERM they end the tasks
    }
    wish.runOptions().forEach(option -> add("  " + words(option, task) + " \\"));
    String starter = wish.needsStarter() ? String.join(" ", dialect.starter(wish)) + " " : "";
    add("  -- " + starter + words(wish.command(), task));
  }

  private static String words(List<String> words, String task) {
    return String.join(" ", words.stream().map(word -> ShellWord.of(word, task)).toList());
  }
}
