// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.storage.io.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Being started again by the scheduler. There are four ways; the first that this site allows is
 * gone, and one that is refused falls through to the next with the scheduler's own words. The last,
 * the exit code, is always there: then it is for the scheduler or the batch script to act on it.
 */
public final class Requeue {
  /** What the code means to the world: stopped at a checkpoint, start me again. */
  public static final int STOP_CODE = 75;

  /** A submission that is slow must not be taken for one that failed: it would be made twice. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Dialect dialect;
  private final Commands commands;
  private final Time time;
  private Optional<Result> performed = Optional.empty();

  Requeue(Dialect dialect, Commands commands, Time time) {
    this.dialect = dialect;
    this.commands = commands;
    this.time = time;
  }

  /** A way of being started again, in the order in which they are tried. */
  public enum Way {
    /** The scheduler's own command puts this job back into the queue: {@code scontrol requeue}. */
    REQUEUE("requeue"),
    /** A successor is submitted that waits for the end of this job: {@code sbatch}. */
    SUBMIT("submit"),
    /** A job that waits for this one is in the queue already. */
    CHAIN("chain"),
    /** The exit code says it. */
    EXIT_CODE("exit code");

    private final String title;

    Way(String title) {
      this.title = title;
    }

    /** The name for people. */
    public String title() {
      return title;
    }
  }

  /**
   * A way and whether it is open.
   *
   * @param why for people: by what means, or what stands in the way
   */
  public record Possible(Way way, boolean possible, String why) {}

  /**
   * What the user wants.
   *
   * @param only the one way to go, with the exit code if it fails; empty for the first that works
   * @param script what to submit again; empty for the script of this job
   * @param stopCode the exit code to end with; empty for that of the scheduler or {@link
   *     #STOP_CODE}
   */
  public record Wish(Optional<Way> only, Optional<Path> script, OptionalInt stopCode) {
    /** Whatever works. */
    public static final Wish AUTO =
        new Wish(Optional.empty(), Optional.empty(), OptionalInt.empty());

    int code() {
      return stopCode.orElse(STOP_CODE);
    }
  }

  /**
   * What was done.
   *
   * @param way {@link Way#EXIT_CODE} when nothing was
   * @param exitCode what the process is to end with
   * @param message for people, with the scheduler's words on what it refused
   */
  public record Result(Way way, int exitCode, String message) {}

  /** All ways in the order in which they are tried. Asks the scheduler, changes nothing. */
  public List<Possible> ways(Wish wish) {
    return ways(asking(), wish);
  }

  private Asking asking() {
    return new Asking(commands, time, LIMIT);
  }

  private List<Possible> ways(Asking asking, Wish wish) {
    List<Possible> ways = new ArrayList<>(dialect.ways(asking, wish));
    ways.add(new Possible(Way.EXIT_CODE, true, exitCodeWords(wish)));
    return ways;
  }

  private String exitCodeWords(Wish wish) {
    List<Integer> own = dialect.requeueCodes();
    int code = code(Way.EXIT_CODE, wish);
    if (own.isEmpty()) {
      return "exit code " + code + ": the batch script has to act on it";
    }
    return own.contains(code)
        ? "exit code " + code + " starts the job again"
        : "exit code " + own.getFirst() + " would start the job again, " + code + " does not";
  }

  /**
   * Has the job started again, once: a second call returns the result of the first.
   *
   * <p>Nothing may be left to do when this is called. {@code scontrol requeue} and {@code brequeue}
   * end this very job: every process of it gets TERM at once and KILL after the kill wait, and the
   * next run may begin as soon as this one is gone, on another node even before that. So the last
   * version must be durable, the END record written, the store released and the output flushed; the
   * caller ignores the TERM that comes back and exits with {@link Result#exitCode}.
   */
  public synchronized Result perform(Wish wish) {
    Result result = performed.orElseGet(() -> tryWays(wish));
    performed = Optional.of(result);
    return result;
  }

  private Result tryWays(Wish wish) {
    StringBuilder refused = new StringBuilder();
    for (Possible way : ways(asking(), wish)) {
      if (way.way() == Way.EXIT_CODE || wish.only().filter(o -> o != way.way()).isPresent()) {
        continue;
      }
      if (!way.possible()) {
        refused.append(way.way().title()).append(": ").append(way.why()).append("; ");
        continue;
      }
      Dialect.Attempt attempt = attempt(way.way(), wish);
      if (attempt.done()) {
        return new Result(way.way(), code(way.way(), wish), refused + attempt.message());
      }
      refused.append(way.way().title()).append(": ").append(attempt.message()).append("; ");
    }
    return new Result(Way.EXIT_CODE, code(Way.EXIT_CODE, wish), refused + exitCodeWords(wish));
  }

  private Dialect.Attempt attempt(Way way, Wish wish) {
    return switch (way) {
      case REQUEUE -> dialect.requeue(asking());
      case SUBMIT -> dialect.submit(asking(), wish);
      case CHAIN -> new Dialect.Attempt(true, "the next job of the chain goes on");
      case EXIT_CODE -> throw new IllegalArgumentException(way.title());
    };
  }

  /** A job that is started again by other means must not be started by its code as well. */
  private int code(Way way, Wish wish) {
    List<Integer> own = dialect.requeueCodes();
    int code = wish.code();
    return switch (way) {
      case EXIT_CODE ->
          wish.stopCode().isPresent() || own.isEmpty() || own.contains(code)
              ? code
              : own.getFirst();
      case SUBMIT, CHAIN -> own.contains(code) ? 0 : code;
      case REQUEUE -> code;
    };
  }

  /** A site may requeue by any code, 1 for example; the others mean something else to people. */
  static boolean meansStop(int code) {
    return code == STOP_CODE || (code > 78 && code < 124);
  }
}
