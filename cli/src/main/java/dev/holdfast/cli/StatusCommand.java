// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import dev.holdfast.storage.io.Time;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows a job, running or not, from its store alone. */
@Command(
    name = "status",
    description = {
      "Show a job, running or not, from its store alone: what it does, how far it is, its last"
          + " version, when the next is due, how long it will take, and where its time went.",
      "Without STORE the one in the current folder, or a line for each of several."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "   0  shown, whatever the job's state is",
      "   2  wrong usage",
      "   3  shown; a record is damaged, or the newest version; a usable one remains",
      "   4  no such store, or no version in it is usable",
      "  73  cannot create the drawing     74  I/O error",
      "  78  the key is missing or wrong",
      "",
      "Blocks and output files are not read here: holdfast verify does that."
    },
    sortOptions = false)
final class StatusCommand implements Callable<Integer> {
  private static final Duration WATCH_MIN = Duration.ofMillis(100);

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "STORE",
      description = "The store, or a folder with stores in it.")
  private @Nullable String address;

  @Option(names = "--attempts", description = "A line for each attempt too.")
  private boolean attempts;

  @Option(
      names = "--watch",
      arity = "0..1",
      fallbackValue = "5s",
      preprocessor = OptionalTime.class,
      paramLabel = "TIME",
      description =
          "Look again every so often, 5s unless said, until the job is complete; where the output"
              + " is no terminal, a line for each change.")
  private @Nullable String watch;

  @Option(
      names = "--plot",
      paramLabel = "FILE.svg",
      description =
          "Draw a timeline, a bar for each attempt: useful, checkpoint, rework, restart, queue"
              + " wait, down, suspended.")
  private @Nullable Path plot;

  @Option(
      names = "--json",
      description =
          "For programs: schema holdfast.status/1, of several stores holdfast.status-list/1.")
  private boolean json;

  @Override
  public Integer call() {
    Duration every = checkOptions();
    List<Path> several = several();
    if (several.isEmpty()) {
      StoreAddress where = StoreAddress.parse(address);
      if (where.namesVersion()) {
        throw usage("status shows a job, not a version: leave @VERSION out, or use ls");
      }
      return watch == null ? show(read(where)) : watch(where, every);
    }
    if (watch != null || plot != null || attempts) {
      throw usage(
          "--watch, --plot and --attempts are for one job; name one: "
              + String.join(", ", several.stream().map(Path::toString).toList()));
    }
    return showAll(several);
  }

  private Duration checkOptions() {
    if (plot != null) {
      OutFile.checkEnding("--plot", plot, ".svg");
    }
    if (watch == null) {
      return Duration.ZERO;
    }
    if (json || plot != null) {
      throw usage("--watch shows text: leave --json and --plot out, or ask again and again");
    }
    return TimeOption.atLeast(WATCH_MIN, "--watch", watch, "choose 100ms or more, such as 5s");
  }

  /** The stores of a folder, where no single one is meant. */
  private List<Path> several() {
    Path folder = Path.of(address == null ? "" : address);
    if (address != null && (Files.isDirectory(folder.resolve("log")) || address.contains("@"))) {
      return List.of();
    }
    List<Path> stores = StoreAddress.storesBelow(folder.toAbsolutePath());
    return address == null && stores.size() == 1 ? List.of() : stores;
  }

  private static JobStatus read(StoreAddress where) {
    return JobStatus.read(where.openStore(), Time.SYSTEM.epochMs());
  }

  private int show(JobStatus job) {
    if (plot != null) {
      OutFile.write(plot, SvgCharts.render(List.of(Timeline.chart(job))));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(StatusJson.of(job));
    } else {
      print(out, job);
    }
    return job.code();
  }

  private void print(PrintWriter out, JobStatus job) {
    StatusText.print(out, job);
    if (attempts) {
      StatusText.printAttempts(out, job);
    }
  }

  private int watch(StoreAddress where, Duration every) {
    StatusWatch watching =
        new StatusWatch(
            () -> read(where),
            to -> print(to.out(), to.job()),
            spec.commandLine().getOut(),
            Terminal.isInteractive(),
            Time.SYSTEM);
    return watching.until(every).code();
  }

  private int showAll(List<Path> stores) {
    List<JobStatus> jobs = new ArrayList<>();
    for (Path store : stores) {
      jobs.add(read(StoreAddress.parse(store.toString())));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(StatusJson.of(jobs));
    } else {
      StatusText.printTable(out, jobs);
      jobs.forEach(
          job -> job.damaged().forEach(what -> out.println(job.job() + ": damaged: " + what)));
    }
    return jobs.stream().mapToInt(JobStatus::code).max().orElse(ExitCode.DONE);
  }
}
