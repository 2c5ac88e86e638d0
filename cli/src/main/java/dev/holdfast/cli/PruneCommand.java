// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.KeepText;
import dev.holdfast.storage.Contents;
import dev.holdfast.storage.KeepRules;
import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.PrunePlan;
import dev.holdfast.storage.PrunePlan.Reason;
import dev.holdfast.storage.PrunePlan.Version;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StorePruner;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.Attempt;
import dev.holdfast.storage.StoreRecord.DamagedRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoreRecord.NoteRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.io.PrintWriter;
import java.util.ArrayList;
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

/** Deletes versions that need not stay. */
@Command(
    name = "prune",
    description = {
      "Show which versions would be deleted and why the others stay; with --apply delete them. A"
          + " job that runs need not be stopped, and readers are not disturbed.",
      "Never deleted: the newest version that verifies, a second one that shares no file with it,"
          + " what is pinned, and what any of these needs. The first two are read, block by block,"
          + " before anything goes; where that finds damage, nothing goes before it is repaired."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "   0  done",
      "   2  wrong usage",
      "   3  a record is missing; or something that was read is damaged, and then nothing is deleted",
      "   4  no such store, or no version in it is usable",
      "   5  a run has opened the store and not made a version yet: try again after it",
      "  74  I/O error; to go on, repeat",
      "  78  the key is missing or wrong"
    },
    sortOptions = false)
final class PruneCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "STORE",
      description = "The store; without it the only one in the current folder.")
  private @Nullable String address;

  @Option(
      names = "--keep",
      paramLabel = "RULES",
      description =
          "What stays beside that, such as 3 or '3, every 6h for 7d, at most 200GiB'; without it"
              + " what the job said when it was started last.")
  private @Nullable String keep;

  @Option(names = "--apply", description = "Delete.")
  private boolean apply;

  @Option(names = "--json", description = "For programs: schema holdfast.prune/1.")
  private boolean json;

  @Override
  public Integer call() {
    KeepRules given = keep == null ? null : KeepOption.parse(keep);
    StoreAddress where =
        StoreAddress.parseWhole(
            address, "prune looks at whole stores: leave @VERSION out, and say --keep");
    Store store = where.openStore();
    Contents<StoreRecord> contents = store.contents(record -> record);
    List<Rejection> missing = contents.missing();
    Map<String, String> said = said(store, contents.records());
    KeepRules rules =
        given == null ? KeepText.parse("rules of the job", said.getOrDefault("keep", "1")) : given;
    boolean spare = !said.getOrDefault("spare", "1").equals("0");
    StorePruner pruner = new StorePruner(store, Disk.local(), Time.SYSTEM);
    PrunePlan plan = apply ? pruner.prune(rules, spare) : pruner.plan(rules, spare);
    if (json) {
      spec.commandLine().getOut().println(Json.of(toJson(store, plan)));
    } else {
      print(store, plan);
    }
    return code(store, plan, missing);
  }

  private int code(Store store, PrunePlan plan, List<Rejection> missing) {
    PrintWriter err = spec.commandLine().getErr();
    missing.forEach(lost -> err.println("holdfast: " + lost));
    plan.damaged().forEach(damaged -> err.println("holdfast: " + damaged));
    boolean none =
        plan.stays().isEmpty()
            ? !missing.isEmpty() && store.isLost()
            : plan.stays().stream().allMatch(v -> v.reason().why() == Reason.Why.DAMAGED);
    if (none) {
      err.println("holdfast: no version is usable, so none is deleted; look with: holdfast verify");
      return ExitCode.NO_VERSION;
    }
    if (!plan.damaged().isEmpty()) {
      err.println("holdfast: nothing is deleted before that is repaired; try: holdfast repair");
      return ExitCode.DAMAGE;
    }
    return missing.isEmpty() ? ExitCode.DONE : ExitCode.DAMAGE;
  }

  /** What the job was started with last: every OPEN says it, and every version. */
  private static Map<String, String> said(Store store, List<StoreRecord> records) {
    Map<String, String> said = Map.of();
    for (StoreRecord record : records) {
      said =
          switch (record) {
            case Attempt attempt -> attempt.opened().environment();
            case VersionRecord version -> version.info().environment();
            case DamagedRecord bad ->
                throw new CommandException(
                    store.isLost() ? ExitCode.NO_VERSION : ExitCode.DAMAGE,
                    bad.why()
                        + "; it may refer to any version, so none is deleted; look with: holdfast"
                        + " verify");
            case EndRecord _, NoteRecord _ -> said;
          };
    }
    return said;
  }

  private void print(Store store, PrunePlan plan) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(store.root() + ": keep " + plan.rules());
    Text.Table table = new Text.Table("rllrl", "version", "captured", "kind", "file", "");
    for (Version version : plan.goes()) {
      table.row(cells(version, apply ? "deleted" : "goes"));
    }
    for (Version version : plan.stays()) {
      table.row(cells(version, "stays: " + why(version.reason())));
    }
    table.print(out, "  ");
    if (plan.overBudget()) {
      out.println("what must stay is longer than the rules allow; it stays");
    }
    String goes = Text.count(plan.goes().size(), "version") + ", " + Text.size(plan.freedBytes());
    String stays = Text.count(plan.stays().size(), "version") + ", " + Text.size(plan.stayBytes());
    out.println((apply ? "deleted: " : "would go: ") + goes + "; left: " + stays);
    if (!apply && !plan.goes().isEmpty()) {
      out.println("nothing has been deleted; to do it add --apply");
    }
  }

  private static String[] cells(Version version, String what) {
    return new String[] {
      Long.toString(version.number()),
      Text.moment(version.capturedEpochMs()),
      version.full() ? "full" : "delta",
      Text.size(version.fileBytes()),
      what
    };
  }

  private static String why(Reason reason) {
    return switch (reason.why()) {
      case NEWEST -> "the newest; every block verified";
      case SPARE -> "shares no file with the newest; every block verified";
      case PINNED -> "pinned";
      case WRITER -> "the job that runs may build on it";
      case LAST -> "one of the last";
      case SPREAD -> "the newest of its time";
      case NEEDED -> "version " + reason.by() + " needs it";
      case DAMAGED -> "it, or an output file, is damaged";
      case WAITING -> "until the damage is repaired";
      case NOTHING -> throw new IllegalArgumentException("it does not stay");
    };
  }

  private Map<String, Object> toJson(Store store, PrunePlan plan) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("schema", "holdfast.prune/1");
    answer.put("store", store.root().toString());
    answer.put("keep", plan.rules().toString());
    answer.put("applied", apply);
    answer.put("freed_bytes", plan.freedBytes());
    answer.put("left_bytes", plan.stayBytes());
    answer.put("over_budget", plan.overBudget());
    answer.put("goes", toJson(plan.goes()));
    answer.put("stays", toJson(plan.stays()));
    return answer;
  }

  private static List<Object> toJson(List<Version> versions) {
    List<Object> all = new ArrayList<>();
    for (Version version : versions) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("number", version.number());
      entry.put("kind", version.full() ? "full" : "delta");
      entry.put("captured_epoch_ms", version.capturedEpochMs());
      entry.put("file_bytes", version.fileBytes());
      if (version.reason().why() != Reason.Why.NOTHING) {
        entry.put("why", version.reason().why().name().toLowerCase(Locale.ROOT));
      }
      if (version.reason().by() > 0) {
        entry.put("needed_by", version.reason().by());
      }
      all.add(entry);
    }
    return all;
  }
}
