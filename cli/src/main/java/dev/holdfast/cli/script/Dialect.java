// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.script;

import java.util.List;

/**
 * How one scheduler wants things said. What follows from that (who requeues, who signals whom) is
 * in docs/guide/.
 */
interface Dialect {
  /** For people. */
  String title();

  /** The environment variable that a job has and nobody else. */
  String jobVariable();

  /** The environment variable that holds the number of an array task. */
  String taskVariable();

  /** What a directive begins with. */
  String mark();

  /** Refuses what this scheduler cannot do. */
  void check(ScriptWish wish, Lead lead);

  /** Directives, and comments about them. */
  List<String> directives(ScriptWish wish, Lead lead);

  /** A command that submits {@code "$0"}. */
  String submit();

  /**
   * A command that submits {@code "$0"}, to begin after the job {@code $previous} if there is one,
   * and prints something with the number of the new job in it.
   */
  String submitNext();

  /**
   * Lines that make a job's number of what {@link #submitNext()} has printed, in {@code previous}.
   */
  List<String> numberOfPrevious();

  /** Says where the job runs and how often it did so before, in words of the shell. */
  String whereabouts();

  /** Options of {@code holdfast run} by which the job gets into the queue again. */
  List<List<String>> requeue();

  /** What starts the tasks of a parallel program. */
  List<String> starter(ScriptWish wish);
}
