// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.Repair;
import dev.holdfast.storage.RepairReport;
import dev.holdfast.storage.RepairReport.Kind;
import dev.holdfast.storage.RepairReport.Step;
import dev.holdfast.storage.VerifyOptions;
import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.io.Disk;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Repairs a store, or shows what could be repaired. */
@Command(
    name = "repair",
    description = {
      "Put damaged files of a store together as they were written, from what is left of them and"
          + " from other files. Only what known checksums prove is written. Without --apply it"
          + " shows what it would do; what that makes possible in turn shows when it is done.",
      "",
      "A job may be running. No byte is lost: damaged files are kept in STORE/quarantine. What is"
          + " beyond repair stays, or is moved there when nothing that restores needs it."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "   0  nothing to do, or all is repaired",
      "   3  damage or losses remain, a usable version too; without --apply: as it is now",
      "   4  no version is usable, without --apply: as it is now; or no such store",
      "   2  wrong usage",
      "  74  I/O error; what was repaired until then stays so",
      "  78  the key is missing or wrong"
    },
    sortOptions = false)
final class RepairCommand implements Callable<Integer> {
  private static final int DETAILS_SHOWN = 10;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "STORE",
      description = "The store; without it the only one in the current folder.")
  private @Nullable String address;

  @Option(names = "--apply", description = "Do it, and verify the store again.")
  private boolean apply;

  @Option(names = "--json", description = "For programs: schema holdfast.repair/1.")
  private boolean json;

  @Override
  public Integer call() {
    StoreAddress where =
        StoreAddress.parseWhole(
            address,
            "repair looks at whole stores, because versions share files: leave @VERSION out");
    Path root = where.openStore().root();
    Progress progress = new Progress(spec.commandLine().getErr());
    VerifyOptions options =
        VerifyOptions.ALL
            .withKeys(StoreAddress.keys())
            .withThreads(Runtime.getRuntime().availableProcessors())
            .withProgress(
                (done, total) -> progress.showOnTerminal("verify", done, Math.max(1, total)));
    RepairReport report =
        apply
            ? Repair.apply(root, Disk.local(), options)
            : Repair.plan(root, Disk.local(), options);
    progress.clear();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.of(toJson(root, report)));
    } else {
      print(root, where.path(), report, out);
    }
    int code = VerifyOutput.exitCode(report.verified());
    return code == ExitCode.DONE && beyondRepair(report) > 0 ? ExitCode.DAMAGE : code;
  }

  private static void print(Path root, Path named, RepairReport report, PrintWriter out) {
    for (Step step : report.steps()) {
      out.println(words(step.kind(), report.applied()) + VerifyOutput.inside(root, step.file()));
      List<String> details = step.details();
      details.stream().limit(DETAILS_SHOWN).forEach(detail -> out.println("  " + detail));
      if (details.size() > DETAILS_SHOWN) {
        out.println("  and " + Text.count(details.size() - DETAILS_SHOWN) + " more");
      }
    }
    out.println(VerifyOutput.verdict(root, report.verified()));
    if (report.verified().outcome() == Outcome.CLEAN) {
      long lost = beyondRepair(report);
      out.println(
          report.steps().isEmpty()
              ? "nothing to repair"
              : lost == 0
                  ? "all is repaired"
                  : "what is left is sound; "
                      + Text.count(lost, "file")
                      + " could not be repaired");
    } else if (!report.applied() && someIsDone(report)) {
      out.println("nothing was changed; to do this: holdfast repair " + named + " --apply");
    }
  }

  private static long beyondRepair(RepairReport report) {
    return report.steps().stream().filter(step -> step.kind() != Kind.REBUILD).count();
  }

  private static boolean someIsDone(RepairReport report) {
    return report.steps().stream().anyMatch(step -> step.kind() != Kind.LEAVE);
  }

  private static String words(Kind kind, boolean applied) {
    return switch (kind) {
      case REBUILD -> applied ? "repaired: " : "can be repaired: ";
      case REBUILD_IN_PART -> applied ? "repaired in part: " : "can be repaired in part: ";
      case SET_ASIDE -> applied ? "moved into quarantine: " : "can be moved into quarantine: ";
      case LEAVE -> "beyond repair: ";
    };
  }

  private static Map<String, Object> toJson(Path root, RepairReport report) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", "holdfast.repair/1");
    json.put("store", root.toString());
    json.put("applied", report.applied());
    json.put("steps", report.steps().stream().map(RepairCommand::toJson).toList());
    json.put("verified", VerifyOutput.json(report.verified()));
    return json;
  }

  private static Map<String, Object> toJson(Step step) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", step.file());
    json.put("action", step.kind().name().toLowerCase(Locale.ROOT));
    json.put("details", step.details());
    return json;
  }
}
