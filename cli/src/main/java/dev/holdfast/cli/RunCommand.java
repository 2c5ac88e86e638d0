// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import dev.holdfast.HoldfastException;
import dev.holdfast.RestartFiles;
import dev.holdfast.cli.batch.Requeue.Way;
import dev.holdfast.cli.run.Environment;
import dev.holdfast.cli.run.RunException;
import dev.holdfast.cli.run.RunOptions;
import dev.holdfast.cli.run.RunOptions.Requeueing;
import dev.holdfast.cli.run.Supervisor;
import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.storage.io.Time;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Supervises a command in a batch job. */
@Command(
    name = "run",
    description = {
      "Run a command under supervision: signals ask it to stop at a checkpoint, it is started"
          + " again after a failure as long as that makes progress, and the exit code tells the"
          + " batch script what to do.",
      "",
      "Its input and output are passed through untouched; what run itself has to say goes to"
          + " standard error. TERM, USR1, USR2, XCPU, HUP and INT mean: stop at a checkpoint; a"
          + " second INT (Ctrl-C) ends the command at once.",
      "",
      "Settings given here are given to the command as HOLDFAST_* variables. With --store of a"
          + " job that is complete the command is not started: so a chain of jobs ends early."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  holdfast run -- java -cp sim.jar Wave",
      "  holdfast run --store /scratch/me/wave.holdfast --mttf 12h -- java Wave",
      "  holdfast run --state 'chk*.h5' --done 'chk*.ok' -- mpirun ./simulate input.nml",
      "  holdfast run --requeue -- srun ./simulate input.nml",
      "  holdfast run --time-limit 2h --retries 5 -- ./simulate input.nml",
      "",
      "Exit codes:",
      "   0  the command is done, or its job was complete before",
      "  75  stopped at a checkpoint: start the same command again (--stop-code)",
      " 124  stopped because --time-limit is over",
      " 126  the command cannot be executed       127  there is no such command",
      " 130  ended at once by a second Ctrl-C     128+n  ended by signal n, also before",
      "      the command was started, as while the store is waited for",
      "   4  no usable version    5  store held by another run, or taken over",
      "  74  the disk of the store refuses, such as full or read-only",
      "   2  wrong usage; otherwise the command's own code",
      "Codes 2, 4, 5, 64 to 78 but 74, 126 and 127 of the command are final: it is not started again."
    },
    sortOptions = false)
final class RunCommand implements Callable<Integer> {
  private static final int RETRIES_MAX = 1_000_000;
  private static final int CODE_MAX = 255;

  /** What a program can handle: KILL and STOP it never hears. */
  private static final Pattern SIGNAL =
      Pattern.compile(
          "(SIG)?(ABRT|ALRM|CONT|HUP|INT|IO|PROF|PWR|QUIT|RTMAX(-\\d+)?|RTMIN(\\+\\d+)?|TERM|TSTP"
              + "|URG|USR1|USR2|VTALRM|WINCH|XCPU)");

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = "--store",
      paramLabel = "PATH",
      description =
          "The command's store, HOLDFAST_STORE; unless said it is found in the current folder once"
              + " the command holds it.")
  private @Nullable Path store;

  @Option(
      names = {"-M", "--mttf", "--mtbf"},
      paramLabel = "TIME",
      description = "Mean time to failure of the whole job, such as 12h: HOLDFAST_MTTF.")
  private @Nullable String mttf;

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      description = "When to checkpoint, such as adaptive, daly or 30min: HOLDFAST_POLICY.")
  private @Nullable String policy;

  @Option(
      names = "--keep",
      paramLabel = "RULES",
      description =
          "Versions to keep, such as 3 or '3, every 6h for 7d, at most 200GiB': HOLDFAST_KEEP.")
  private @Nullable String keep;

  @Option(
      names = "--state",
      paramLabel = "PATTERN",
      description =
          "For a program that writes its own restart files: which they are, such as 'chk*.h5'. They"
              + " are kept in the store, and put back before a restart. Repeatable.")
  private List<String> state = new ArrayList<>();

  @Option(
      names = "--done",
      paramLabel = "PATTERN",
      description =
          "Files that the program writes when those are whole, such as 'chk*.ok'. Without it a file"
              + " counts that nobody has open for writing and that has not changed for --settle.")
  private List<String> done = new ArrayList<>();

  @Option(
      names = "--latest",
      paramLabel = "N",
      description = "Of the files of each pattern only the N newest.")
  private @Nullable Integer latest;

  @Option(
      names = "--settle",
      paramLabel = "TIME",
      description = "How long a whole file does not change; 10s unless said.")
  private @Nullable String settle;

  @Option(
      names = "--signal-checkpoint",
      paramLabel = "SIGNAL",
      description = "The program writes its restart files on this signal, such as USR1.")
  private @Nullable String signalCheckpoint;

  @Option(
      names = "--hang",
      paramLabel = "TIME",
      description =
          "End and restart a command after so long without a version, output and processor time,"
              + " such as 2h; unless said only a warning after 10 min.")
  private @Nullable String hang;

  @Option(
      names = "--retries",
      paramLabel = "N",
      description =
          "Start the command again after so many failures in a row, each without a new version; 3"
              + " unless said, 0 for never. A pause of 1 s doubles each time, up to 5 min.")
  private int retries = RunOptions.RETRIES_DEFAULT;

  @Option(
      names = "--time-limit",
      paramLabel = "TIME",
      description = "Stop at a checkpoint before so long, such as 2h; exit code 124.")
  private @Nullable String timeLimit;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      description =
          "How long the command may take to stop before SIGKILL; unless said what is left of the"
              + " allocation, and 10 min where there is none.")
  private @Nullable String grace;

  @Option(
      names = "--stop-signal",
      paramLabel = "SIGNAL",
      description = "What asks the command to stop; TERM unless said.")
  private String stopSignal = "TERM";

  @Option(
      names = "--stop-code",
      paramLabel = "N",
      description =
          "The exit code after a stop at a checkpoint, for sites that act on another than 75.")
  private @Nullable Integer stopCode;

  @Option(
      names = "--requeue",
      arity = "0..1",
      fallbackValue = "auto",
      paramLabel = "WAY",
      description =
          "Put the job into the queue again after a stop: auto takes the first way that works of"
              + " requeue (scontrol), submit (sbatch), chain and exit-code; or name one. Unless"
              + " said, no: only the exit code tells.")
  private @Nullable String requeue;

  @Option(
      names = "--resubmit",
      paramLabel = "SCRIPT",
      description = "The batch script to submit again; unless said the job's own.")
  private @Nullable Path script;

  @Option(
      names = "--max-requeues",
      paramLabel = "N",
      description =
          "Requeues of one job in all; 100 unless said. As many attempts without a new version as"
              + " --retries says end it too.")
  private int maxRequeues = RunOptions.REQUEUES_DEFAULT;

  @Parameters(
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "What to run, after --, with its arguments.")
  private List<String> command = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    checkOptions();
    Map<String, String> inherited = Environment.inherited();
    Map<String, String> settings = settings();
    RunOptions options =
        new RunOptions(
            command,
            settings,
            store(settings, inherited),
            retries,
            duration("--grace", grace),
            duration("--time-limit", timeLimit),
            signal("--stop-signal", stopSignal),
            duration("--hang", hang),
            stopCode == null ? OptionalInt.empty() : OptionalInt.of(stopCode),
            requeueing(),
            files());
    PrintWriter err = spec.commandLine().getErr();
    try {
      return new Supervisor(
              options, inherited, Time.SYSTEM, message -> err.println("holdfast: " + message))
          .run();
    } catch (RunException e) {
      throw new CommandException(e.code(), String.valueOf(e.getMessage()));
    }
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    if (store != null) {
      settings.put("HOLDFAST_STORE", store.toAbsolutePath().toString());
    }
    if (mttf != null) {
      duration("--mttf", mttf);
      settings.put("HOLDFAST_MTTF", mttf);
    }
    if (policy != null) {
      try {
        CheckpointPolicy.parse(policy);
      } catch (IllegalArgumentException e) {
        throw new CommandException(ExitCode.USAGE, "--policy: " + e.getMessage());
      }
      settings.put("HOLDFAST_POLICY", policy);
    }
    if (keep != null) {
      settings.put("HOLDFAST_KEEP", KeepOption.parse(keep).toString());
    }
    return settings;
  }

  private static Optional<Path> store(Map<String, String> settings, Map<String, String> inherited) {
    String named =
        settings.getOrDefault("HOLDFAST_STORE", inherited.getOrDefault("HOLDFAST_STORE", ""));
    return named.isBlank() ? Optional.empty() : Optional.of(Path.of(named).toAbsolutePath());
  }

  private Requeueing requeueing() {
    Optional<Path> again = Optional.ofNullable(script);
    String way = requeue == null ? (script == null ? "no" : "submit") : requeue;
    Optional<Way> only =
        switch (way.toLowerCase(Locale.ROOT)) {
          case "no", "auto" -> Optional.empty();
          case "requeue", "scontrol" -> Optional.of(Way.REQUEUE);
          case "submit", "sbatch", "qsub", "bsub" -> Optional.of(Way.SUBMIT);
          case "chain" -> Optional.of(Way.CHAIN);
          case "exit-code" -> Optional.of(Way.EXIT_CODE);
          default ->
              throw usage(
                  "--requeue " + way, "choose auto, requeue, submit, chain, exit-code or no");
        };
    return new Requeueing(!way.equalsIgnoreCase("no"), only, again, maxRequeues);
  }

  private Optional<RunOptions.Files> files() {
    if (state.isEmpty()) {
      return Optional.empty();
    }
    Duration quiet = duration("--settle", settle).orElse(RestartFiles.SETTLE_DEFAULT);
    try {
      return Optional.of(
          new RunOptions.Files(
              jobName(command.getFirst()),
              new RestartFiles(Path.of(""), state, done, latest == null ? 0 : latest, quiet),
              signalCheckpoint == null ? "" : signal("--signal-checkpoint", signalCheckpoint)));
    } catch (HoldfastException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }

  /** The program's name, as far as it can be a job's. */
  private static String jobName(String program) {
    String name = program.substring(program.lastIndexOf('/') + 1);
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^[.-]+", "");
    return plain.isEmpty() ? "job" : plain.substring(0, Math.min(plain.length(), 100));
  }

  private static String signal(String option, String name) {
    if (!SIGNAL.matcher(name).matches()) {
      throw usage(
          option + " " + name,
          "write a signal's name that a program can hear, such as TERM or USR1");
    }
    return name.startsWith("SIG") ? name.substring(3) : name;
  }

  private static Optional<Duration> duration(String option, @Nullable String text) {
    return Optional.ofNullable(text)
        .map(given -> TimeOption.positive(option, given, "choose more than 0, such as 2h"));
  }

  private void checkOptions() {
    if (retries < 0 || retries > RETRIES_MAX) {
      throw usage("--retries " + retries, "choose 0 to " + RETRIES_MAX);
    }
    if (maxRequeues < 0 || maxRequeues > RETRIES_MAX) {
      throw usage("--max-requeues " + maxRequeues, "choose 0 to " + RETRIES_MAX);
    }
    if (script != null && !Files.isRegularFile(script)) {
      throw usage("--resubmit " + script, "there is no such file");
    }
    if (stopCode != null && (stopCode < 0 || stopCode > CODE_MAX)) {
      throw usage("--stop-code " + stopCode, "choose 0 to " + CODE_MAX);
    }
    boolean ofFiles =
        !done.isEmpty() || settle != null || signalCheckpoint != null || latest != null;
    if (state.isEmpty() && ofFiles) {
      throw usage(
          "--done, --latest, --settle and --signal-checkpoint", "say --state 'PATTERN' as well");
    }
    if (latest != null && latest < 1) {
      throw usage("--latest " + latest, "choose 1 or more");
    }
  }
}
