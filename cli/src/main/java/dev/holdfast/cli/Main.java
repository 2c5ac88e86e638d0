// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.HoldfastException;
import dev.holdfast.storage.KeyException;
import dev.holdfast.storage.NoUsableVersionException;
import dev.holdfast.storage.StoreHeldException;
import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.StoreRefusedException;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.UnsupportedFormatException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry of the command. Without a verb it shows what there is. */
@Command(
    name = "holdfast",
    description = "Keeps a long computation from losing its work.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    scope = ScopeType.INHERIT,
    footerHeading = "%nExit codes:%n",
    footer = {
      "   0  done",
      "   1  failed",
      "   2  wrong usage",
      "   3  damage found, a usable version remains; a drill ended with other bits",
      "   4  no usable version",
      "   5  store held by another run",
      "  65  unusable data       73  cannot create a file      74  I/O error",
      "  78  bad scenario or configuration"
    })
public final class Main implements Runnable {
  private static final List<Verb> VERBS =
      List.of(
          new Verb(DemoCommand.class, "demo"),
          new Verb(DrillCommand.class, "drill"),
          new Verb(IntervalCommand.class, "interval", "what-if"),
          new Verb(FitCommand.class, "fit"),
          new Verb(SimulateCommand.class, "simulate"),
          new Verb(RunCommand.class, "run"),
          new Verb(ScriptCommand.class, "script"),
          new Verb(StatusCommand.class, "status"),
          new Verb(StopCommand.class, "stop"),
          new Verb(LsCommand.class, "ls"),
          new Verb(DiffCommand.class, "diff"),
          new Verb(ExportCommand.class, "export"),
          new Verb(VerifyCommand.class, "verify"),
          new Verb(RepairCommand.class, "repair"),
          new Verb(PruneCommand.class, "prune"),
          new Verb(PinCommand.class, "pin"),
          new Verb(DoctorCommand.class, "doctor"),
          new Verb(HelpCommand.class, "help"));

  private final Output output;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  /** What may stand first on the command line. */
  private record Verb(Class<?> command, List<String> names) {
    Verb(Class<?> command, String... names) {
      this(command, List.of(names));
    }
  }

  private Main(Output output) {
    this.output = output;
  }

  /** Runs the command and exits with its code. */
  public static void main(String[] args) {
    System.exit(
        run(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            args));
  }

  /** Runs the command and returns its code. */
  static int run(OutputStream out, OutputStream err, String... args) {
    Main main = new Main(new Output(out));
    CommandLine command = new CommandLine(main);
    addVerbs(command, args.length == 0 ? "" : args[0]);
    command.setOut(new PrintWriter(main.output, true, StandardCharsets.UTF_8));
    command.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setParameterExceptionHandler(Main::explainUsage);
    command.setExecutionExceptionHandler(
        (failure, where, parsed) -> main.explain(failure, command.getErr()));
    int code;
    try {
      code = command.execute(args);
    } catch (Error e) {
      code = main.explain(e, command.getErr());
    }
    command.getOut().flush();
    return main.output.failed() ? main.explainOutput(command.getErr()) : code;
  }

  /**
   * Adds the verb that is asked for, or all if it is none of them: to read the options of the
   * others is a tenth of the time that a short command takes.
   */
  private static void addVerbs(CommandLine command, String first) {
    boolean one = false;
    for (Verb verb : VERBS) {
      one |= isQuick(verb, first);
    }
    for (Verb verb : VERBS) {
      if (!one || isQuick(verb, first)) {
        CommandLine subcommand = new CommandLine(verb.command());
        // What follows the command that run is given belongs to that command.
        subcommand.setStopAtPositional(verb.command() == RunCommand.class);
        command.addSubcommand(subcommand);
      }
    }
  }

  /** Help shows the other verbs. */
  private static boolean isQuick(Verb verb, String first) {
    return verb.names().contains(first) && verb.command() != HelpCommand.class;
  }

  /** Where an answer of bytes goes; {@link CommandLine#getOut} takes text to the same place. */
  Output output() {
    return output;
  }

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    out.println("Holdfast keeps a long computation from losing its work.");
    out.println();
    out.println("  try     demo      watch a simulation be killed and end with the same bits");
    out.println("          drill     do the same to a command of your own");
    out.println("  decide  interval  how often to checkpoint, and what other choices cost");
    out.println("          fit       what a failure log tells: mean time to failure, law");
    out.println("          simulate  virtual jobs under virtual failures, beside the prediction");
    out.println("  run     run       run a command in a batch job: signals, restarts, requeues");
    out.println("          script    write a batch script for Slurm, PBS, LSF or Grid Engine");
    out.println("          status    how far a job is, running or not, and where its time went");
    out.println("          stop      ask a running job to make a version and end");
    out.println("  look    ls        versions of a store, regions of a version");
    out.println("          diff      what changed from one version to another");
    out.println("          export    one region of a version, for numpy and other tools");
    out.println("  care    verify    check every byte of a store, or a sample of its blocks");
    out.println("          repair    put damaged files together again, where that can be proven");
    out.println("          prune     which versions need not stay; delete them");
    out.println("          pin       make a version stay");
    out.println("          doctor    traps in a script; what is wrong with a place or a store");
    out.println();
    out.println("Stores are addressed STORE[@VERSION[:REGION]]; holdfast help VERB says more.");
    out.println("A sealed store is read with its key: HOLDFAST_KEY_FILE=FILE.");
    out.println("Start with: holdfast demo");
  }

  private static int explainUsage(ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    CommandSpec spec = command.getCommandSpec();
    PrintWriter err = command.getErr();
    err.println(
        "holdfast: "
            + (failure instanceof UnmatchedArgumentException unmatched
                ? unmatched(unmatched, spec)
                : failure.getMessage()));
    err.println("See: " + spec.qualifiedName() + " --help");
    return ExitCode.USAGE;
  }

  private static String unmatched(UnmatchedArgumentException failure, CommandSpec spec) {
    String first = '"' + failure.getUnmatched().getFirst() + '"';
    List<String> alike = failure.getSuggestions();
    if (failure.isUnknownOption()) {
      String meant = alike.isEmpty() ? "" : "; did you mean " + String.join(" or ", alike) + "?";
      return "there is no option " + first + meant;
    }
    return spec.parent() == null
        ? "there is no verb " + first + "; verbs: " + String.join(", ", spec.subcommands().keySet())
        : first + " is one argument too many";
  }

  /** Every failure is a sentence and a code; a stack trace is nobody's remedy. */
  private int explain(Throwable failure, PrintWriter err) {
    if (!output.failed()) { // then the failure is only its consequence
      err.println("holdfast: " + message(failure));
    }
    return code(failure);
  }

  private int explainOutput(PrintWriter err) {
    if (output.closedByReader()) {
      return ExitCode.PIPE_CLOSED;
    }
    err.println("holdfast: standard output: " + output.failureInWords());
    return ExitCode.IO_ERROR;
  }

  private static String message(Throwable failure) {
    return switch (failure) {
      case CommandException e -> String.valueOf(e.getMessage());
      case StoreException e -> e.getMessage();
      case HoldfastException e -> String.valueOf(e.getMessage());
      case UncheckedIOException e -> String.valueOf(e.getCause());
      case IOException e -> e.toString();
      case OutOfMemoryError e -> "out of memory: " + e.getMessage() + "; give this node more";
      default -> "unexpected failure, please report it: " + failure;
    };
  }

  private static int code(Throwable failure) {
    return switch (failure) {
      case CommandException e -> e.code();
      case NoUsableVersionException e -> ExitCode.NO_VERSION;
      case StoreHeldException e -> ExitCode.HELD;
      case StoreRefusedException e -> ExitCode.NO_VERSION;
      case KeyException e -> ExitCode.BAD_CONFIGURATION;
      case HoldfastException e -> ExitCode.BAD_CONFIGURATION; // a setting of the job
      case DamagedException e -> ExitCode.DAMAGE;
      case UnsupportedFormatException e -> ExitCode.BAD_DATA;
      case StoreIoException e -> ExitCode.IO_ERROR;
      case IOException e -> ExitCode.IO_ERROR;
      case UncheckedIOException e -> ExitCode.IO_ERROR;
      default -> ExitCode.FAILED;
    };
  }

  /** The versions of the command and of Java. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String own = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "holdfast " + (own == null ? "(development)" : own) + ", store format 1",
        "Java " + Runtime.version()
      };
    }
  }
}
