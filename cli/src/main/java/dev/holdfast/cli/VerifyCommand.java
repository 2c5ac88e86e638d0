// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.Verifier;
import dev.holdfast.storage.VerifyOptions;
import dev.holdfast.storage.VerifyOptions.Depth;
import dev.holdfast.storage.VerifyReport;
import dev.holdfast.storage.io.Disk;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks every byte of a store, or as much of it as is asked for. */
@Command(
    name = "verify",
    description = {
      "Check every byte of every file of a store, that every version restores, and that the output"
          + " files are what the newest of these knows of them."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "   0  clean",
      "   3  damage found, a usable version remains",
      "   4  damage found, no version is usable; or no such store",
      "   2  wrong usage",
      "  74  I/O error",
      "  78  the key is missing or wrong",
      "",
      "A job that runs is not disturbed. See also: holdfast repair."
    },
    sortOptions = false)
final class VerifyCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "STORE",
      description = "The store; without it the only one in the current folder.")
  private @Nullable String address;

  @Option(
      names = "--depth",
      paramLabel = "DEPTH",
      description = {
        "How far to look; each includes those before it:",
        "names: which files there are, lengths, footers;",
        "graph: indexes, and what versions need;",
        "checksums: all stored bytes, and the output files;",
        "blocks: decompress all, the default and the only proof."
      })
  private Depth depth = Depth.BLOCKS;

  @Option(
      names = "--sample",
      paramLabel = "SHARE",
      description = "Read only a random share of the blocks, such as 1%%; metadata whole.")
  private @Nullable String sample;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "With --sample: read the same blocks again.")
  private @Nullable Long seed;

  @Option(names = "--threads", paramLabel = "N", description = "Threads; all cores unless said.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "For programs: schema holdfast.verify/1.")
  private boolean json;

  @Override
  public Integer call() {
    VerifyOptions options = options();
    StoreAddress where =
        StoreAddress.parseWhole(
            address,
            "verify checks whole stores, because versions share files: leave @VERSION out");
    Path root = where.openStore().root();
    Progress progress = new Progress(spec.commandLine().getErr());
    VerifyReport report =
        Verifier.verify(
            root,
            Disk.local(),
            options.withProgress(
                (done, total) -> progress.showOnTerminal("verify", done, Math.max(1, total))));
    progress.clear();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.of(toJson(root, report)));
    } else {
      report.findings().forEach(finding -> out.println(VerifyOutput.finding(root, finding)));
      report
          .notes()
          .forEach(
              n -> out.println("note: " + VerifyOutput.inside(root, n.file()) + ": " + n.what()));
      report.sample().ifPresent(read -> out.println(VerifyOutput.sample(read)));
      out.println(VerifyOutput.verdict(root, report));
    }
    return VerifyOutput.exitCode(report);
  }

  private VerifyOptions options() {
    if (threads < 1 || threads > 1024) {
      throw CommandException.usage("--threads " + threads, "choose 1 to 1024");
    }
    VerifyOptions all =
        VerifyOptions.ALL.withKeys(StoreAddress.keys()).with(depth).withThreads(threads);
    if (sample == null) {
      if (seed != null) {
        throw CommandException.usage("--seed belongs to --sample");
      }
      return all;
    }
    if (depth.compareTo(Depth.CHECKSUMS) < 0) {
      throw CommandException.usage("--sample", "this depth reads no blocks; leave one of them out");
    }
    return all.withSample(share(sample), seed == null ? VerifyOptions.anySeed() : seed);
  }

  private static double share(String text) {
    boolean percent = text.endsWith("%");
    try {
      double value = Double.parseDouble(percent ? text.substring(0, text.length() - 1) : text);
      double share = percent ? value / 100 : value;
      if (share > 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw CommandException.usage("--sample " + text, "give a share such as 1% or 0.01");
  }

  private static Map<String, Object> toJson(Path root, VerifyReport report) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", "holdfast.verify/1");
    json.put("store", root.toString());
    json.putAll(VerifyOutput.json(report));
    return json;
  }
}
