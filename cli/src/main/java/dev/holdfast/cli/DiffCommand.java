// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoredVersion;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what changed from one version to another, of one store or of two. */
@Command(
    name = "diff",
    description = {
      "Say what changed from one version to another: of each region how many blocks and elements,"
          + " and the largest change of a number.",
      "",
      "An element of opaque bytes or of a file is a byte. An element has changed when its bits"
          + " have: a NaN is the same as a NaN of the same bits, 0.0 is not -0.0. A relative change"
          + " is |b - a| / max(|a|, |b|). A change from or to NaN or infinity is counted, and has"
          + " no size.",
      "",
      "Ends with 0 whether or not anything changed, unless --exit-code is given."
    },
    sortOptions = false)
final class DiffCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "STORE@VERSION",
      description = "For example heat.holdfast@12; of a STORE alone the newest version.")
  private String from = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "[STORE]@VERSION",
      description = "The same store, or another one; without it the newest version of the first.")
  private @Nullable String to;

  @Option(names = "--exit-code", description = "End with 1 when anything differs.")
  private boolean exitCode;

  @Option(names = "--json", description = "For programs: schema holdfast.diff/1.")
  private boolean json;

  @Override
  public Integer call() {
    StoreAddress first = whole(StoreAddress.parse(from));
    StoreAddress second = second(first);
    Store one = first.openStore();
    Store two = second.openStore();
    boolean same;
    try (StoredVersion before = first.openVersion(one);
        StoredVersion after = second.openVersion(two)) {
      VersionDiff diff = VersionDiff.of(one.root(), before, two.root(), after);
      if (json) {
        spec.commandLine().getOut().println(Json.of(diff.toJson()));
      } else {
        diff.print(spec.commandLine().getOut());
      }
      same = diff.same();
    }
    int passedOver =
        Math.max(
            PassedOver.tell(one, spec.commandLine().getErr()),
            PassedOver.tell(two, spec.commandLine().getErr()));
    return passedOver == ExitCode.DONE && exitCode && !same ? ExitCode.FAILED : passedOver;
  }

  private StoreAddress second(StoreAddress first) {
    if (to == null) {
      if (!first.namesVersion()) {
        throw new CommandException(
            ExitCode.USAGE,
            "\"" + from + "\" names no version to compare with the newest; write STORE@VERSION");
      }
      return first.at("@newest");
    }
    return whole(to.startsWith("@") ? first.at(to) : StoreAddress.parse(to));
  }

  private static StoreAddress whole(StoreAddress address) {
    if (address.region().isPresent()) {
      throw new CommandException(
          ExitCode.USAGE, "diff compares all regions of a version: leave :REGION out");
    }
    return address;
  }
}
