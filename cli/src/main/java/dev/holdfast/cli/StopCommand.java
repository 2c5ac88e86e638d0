// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import dev.holdfast.storage.StopRequest;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.SystemFacts;
import dev.holdfast.storage.io.Time;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a running job to make a version and end. */
@Command(
    name = "stop",
    description = {
      "Ask a running job, wherever it runs, to make a version after its step and end. The request"
          + " is left in the store; the job looks for it about every 10 s.",
      "A job that nobody runs is left as it is."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "   0  asked; with --wait: stopped at a durable version, or complete; or nobody",
      "      runs the job",
      "   1  with --wait: it failed, was killed, or has not ended in time",
      "   2  wrong usage",
      "   4  no such store",
      "  74  the request cannot be written",
      "  78  the key is missing or wrong"
    },
    sortOptions = false)
final class StopCommand implements Callable<Integer> {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private final Time time = Time.SYSTEM;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(paramLabel = "STORE", description = "The store of the job.")
  private String address = "";

  @Option(
      names = "--wait",
      arity = "0..1",
      fallbackValue = "10min",
      preprocessor = OptionalTime.class,
      paramLabel = "TIME",
      description = "Wait until it has ended, 10min at most unless said.")
  private @Nullable String wait;

  @Override
  public Integer call() {
    Duration patience = patience();
    StoreAddress where = StoreAddress.parse(address);
    if (where.namesVersion()) {
      throw usage("stop ends a job, not a version: leave @VERSION out");
    }
    Store store = where.openStore();
    JobStatus job = JobStatus.read(store, time.epochMs());
    Optional<AttemptStatus> running = job.last().filter(attempt -> attempt.ending().open());
    PrintWriter out = spec.commandLine().getOut();
    if (running.isEmpty()) {
      out.println("nothing to stop: " + job.job() + ": " + StatusText.state(job));
      return ExitCode.DONE;
    }
    AttemptStatus asked = running.get();
    String by = System.getProperty("user.name", "") + " on " + SystemFacts.hostName();
    new StopRequest(asked.record(), by + " with holdfast stop").leave(store.root(), Disk.local());
    out.println("asked " + job.job() + " to stop: " + StatusText.state(job));
    if (wait != null) {
      out.flush();
      return await(store, asked, patience);
    }
    out.println("it hears within some 10 s, makes a version after its step and ends");
    out.println("see: holdfast status " + where.path() + " --watch");
    return ExitCode.DONE;
  }

  private Duration patience() {
    return wait == null
        ? Duration.ZERO
        : TimeOption.positive("--wait", wait, "choose more than 0, such as 10min");
  }

  private int await(Store store, AttemptStatus asked, Duration patience) {
    long deadlineNs = time.nanoTime() + patience.toNanos();
    while (true) {
      JobStatus job = JobStatus.read(store, time.epochMs());
      Optional<AttemptStatus> ended = ended(job, asked);
      if (ended.isPresent()) {
        return tell(job, ended.get());
      }
      if (time.nanoTime() - deadlineNs >= 0) {
        throw new CommandException(ExitCode.FAILED, notYet(store, patience));
      }
      time.pause(LOOK_EVERY);
    }
  }

  /** The last attempt of the process that was asked, once it has ended. */
  private static Optional<AttemptStatus> ended(JobStatus job, AttemptStatus asked) {
    Optional<AttemptStatus> last = Optional.empty();
    for (AttemptStatus attempt : job.attempts()) {
      if (attempt.record() >= asked.record() && attempt.holder().equals(asked.holder())) {
        last = Optional.of(attempt);
      }
    }
    return last.filter(attempt -> !attempt.ending().open());
  }

  private int tell(JobStatus job, AttemptStatus ended) {
    String step =
        ended.lastStep().isPresent() ? " at step " + Text.count(ended.lastStep().getAsLong()) : "";
    PrintWriter out = spec.commandLine().getOut();
    return switch (ended.ending()) {
      case STOPPED -> {
        out.println(job.job() + " has stopped" + step + "; run it again to go on");
        yield ExitCode.DONE;
      }
      case COMPLETE -> {
        out.println(job.job() + " has completed" + step + " before it stopped");
        yield ExitCode.DONE;
      }
      default -> {
        String message = ended.message().isEmpty() ? "" : ": " + ended.message();
        String version = step.isEmpty() ? "" : "; its newest version is" + step.replace(" at", "");
        throw new CommandException(
            ExitCode.FAILED,
            job.job() + " was asked to stop, but has " + failed(ended) + message + version);
      }
    };
  }

  private static String failed(AttemptStatus ended) {
    return ended.ending() == AttemptStatus.Ending.FAILED ? "failed" : "ended without a word";
  }

  private static String notYet(Store store, Duration patience) {
    boolean heard = StopRequest.find(store.root(), Disk.local()).isEmpty();
    return "it has not ended within "
        + Times.words(patience.toMillis() / 1e3)
        + (heard
            ? ": it has heard the request, but its step or its version takes longer; look with:"
            : ": it has not heard the request, which stays; is it still there? Look with:")
        + " holdfast status "
        + store.root();
  }
}
