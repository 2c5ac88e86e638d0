// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.HoldfastException;
import dev.holdfast.storage.NoUsableVersionException;
import dev.holdfast.storage.StoreHeldException;
import dev.holdfast.storage.StoreIoException;
import dev.holdfast.storage.StoreRefusedException;
import dev.holdfast.storage.format.DamagedException;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.format.UnsupportedFormatException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The entry of the command. Without a verb it shows what there is. */
@Command(
    name = "holdfast",
    description = "Keeps a long computation from losing its work.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      DemoCommand.class,
      LsCommand.class,
      ExportCommand.class,
      VerifyCommand.class,
      HelpCommand.class
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0 done   1 failed   2 usage   3 damage found, a usable version remains",
      "  4 no usable version   5 store held by another run   65 bad data   73 cannot create",
      "  74 I/O error   75 stopped at a version: run the program again"
    })
public final class Main implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  Main() {}

  /** Runs the command and exits with its code. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  static int run(String... args) {
    CommandLine command = new CommandLine(new Main());
    command.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    command.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setExecutionExceptionHandler(Main::explain);
    return command.execute(args);
  }

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    out.println("Holdfast keeps a long computation from losing its work.");
    out.println();
    out.println("  try    demo            watch a simulation be killed and finish with the same bits");
    out.println("  look   ls STORE        versions and regions of a store");
    out.println("         export          one region of a version, for numpy and other tools");
    out.println("  care   verify STORE    check every byte of a store");
    out.println();
    out.println("Stores are addressed STORE[@VERSION[:REGION]]; holdfast help VERB says more.");
    out.println("Start with: holdfast demo");
  }

  /** Every failure is a sentence and a code; a stack trace is nobody's remedy. */
  private static int explain(Exception failure, CommandLine command, ParseResult parsed) {
    command.getErr().println("holdfast: " + message(failure));
    return code(failure);
  }

  private static String message(Exception failure) {
    boolean told =
        failure instanceof CommandException
            || failure instanceof StoreException
            || failure instanceof HoldfastException;
    return told
        ? String.valueOf(failure.getMessage())
        : "unexpected failure, please report it: " + failure;
  }

  private static int code(Exception failure) {
    return switch (failure) {
      case CommandException e -> e.code();
      case NoUsableVersionException e -> ExitCode.NO_VERSION;
      case StoreHeldException e -> ExitCode.HELD;
      case StoreRefusedException e -> ExitCode.NO_VERSION;
      case DamagedException e -> ExitCode.DAMAGE;
      case UnsupportedFormatException e -> ExitCode.BAD_DATA;
      case StoreIoException e -> ExitCode.IO_ERROR;
      default -> ExitCode.FAILED;
    };
  }

  /** The versions of the command, of Java and of the codec library. */
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
