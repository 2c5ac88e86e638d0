// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import dev.holdfast.cli.run.Stop.Cause;
import dev.holdfast.cli.run.Work.Said;
import java.util.Optional;

/** What follows from the way in which an attempt has ended. */
sealed interface Verdict {
  /** The job is complete. */
  record Done() implements Verdict {}

  /**
   * It stopped in such a way that the next start goes on.
   *
   * @param stop who wished it; empty when the command stopped of itself
   */
  record Stopped(Optional<Stop> stop) implements Verdict {}

  /** It failed, and may do better when it is started again. */
  record Failed() implements Verdict {}

  /** It stopped for lack of time, but there is more time now. */
  record Again() implements Verdict {}

  /** Another start would end the same way, or is not wanted. */
  record Final(int code) implements Verdict {}

  /** Another run holds the store. */
  record Fenced(String by) implements Verdict {}

  /**
   * How an attempt ended.
   *
   * @param code the command's code
   * @param asked the wish to stop that it was told of
   * @param forced whether somebody asked for its immediate end
   * @param hung whether it was killed because nothing happened any more
   * @param fencedBy who has taken the store over
   * @param said what the store says of it
   * @param anyVersion whether there is a version to go on from, or may be after another attempt
   * @param extended whether the allocation ends later than was known when it began
   */
  record Facts(
      int code,
      Optional<Stop> asked,
      boolean forced,
      boolean hung,
      Optional<String> fencedBy,
      Said said,
      boolean anyVersion,
      boolean extended) {}

  /** Decides; a table of it is in the unit test. */
  static Verdict of(Facts facts) {
    if (facts.fencedBy().isPresent()) {
      return new Fenced(facts.fencedBy().get());
    }
    if (facts.forced()) {
      return new Final(Code.INTERRUPTED);
    }
    if (facts.said() == Said.STOPPED_BY_REQUEST) {
      return new Stopped(Optional.of(Stop.of(Cause.REQUEST)));
    }
    if (facts.asked().isPresent()) {
      return ofAsked(facts, facts.asked().get());
    }
    if (facts.code() == Code.STOPPED) {
      return facts.extended() ? new Again() : new Stopped(Optional.empty());
    }
    if (facts.hung()) {
      return new Failed();
    }
    if (facts.code() == Code.DONE) {
      return new Done();
    }
    return Code.isFinal(facts.code()) ? new Final(facts.code()) : new Failed();
  }

  /**
   * A command that was asked to stop may end in many ways: with 75, through the signal itself, by
   * SIGKILL after the grace, or with the code of a handler of its own. Where there is a version the
   * next start goes on from it, so all of them are a stop.
   */
  private static Verdict ofAsked(Facts facts, Stop stop) {
    boolean stopped =
        facts.code() == Code.STOPPED
            || facts.said() == Said.STOPPED
            || (stop.cause() == Cause.TIME_LIMIT && Code.isSignal(facts.code()))
            || (facts.anyVersion() && !Code.isFinal(facts.code()));
    if (stopped) {
      return new Stopped(Optional.of(stop));
    }
    return facts.code() == Code.DONE ? new Done() : new Final(facts.code());
  }
}
