// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static dev.holdfast.cli.CommandException.usage;

import dev.holdfast.storage.Pins;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.io.Disk;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a version stay. */
@Command(
    name = "pin",
    description = {
      "Pin a version: it stays, with every file it needs, until the pin is removed. Every block is"
          + " read first. A job that runs is not disturbed. ls shows what is pinned."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "   0  done",
      "   2  wrong usage",
      "   3  the version is damaged; nothing is pinned",
      "   4  no such store or version, or no such pin",
      "  74  the pin cannot be written",
      "  78  the key is missing or wrong"
    },
    sortOptions = false)
final class PinCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(paramLabel = "STORE@VERSION", description = "The version.")
  private String address = "";

  @Option(names = "--remove", description = "Remove the pin: the next prune may delete it.")
  private boolean remove;

  @Override
  public Integer call() {
    StoreAddress where = StoreAddress.parse(address);
    if (!where.namesVersion() || where.region().isPresent()) {
      throw usage("name one version: STORE@VERSION, or STORE@newest");
    }
    Store store = where.openStore();
    PrintWriter out = spec.commandLine().getOut();
    long number = where.number().isPresent() ? where.number().getAsLong() : newest(where, store);
    if (!remove) {
      Pins.pin(store, Disk.local(), number);
      out.println("version " + number + " is pinned: it stays until holdfast pin --remove");
    } else if (Pins.unpin(store, Disk.local(), number)) {
      out.println("version " + number + " is no longer pinned");
    } else {
      throw new CommandException(
          ExitCode.NO_VERSION, "version " + number + " is not pinned; holdfast ls shows which are");
    }
    return ExitCode.DONE;
  }

  private static long newest(StoreAddress where, Store store) {
    try (StoredVersion version = where.openVersion(store)) {
      return version.number();
    }
  }
}
