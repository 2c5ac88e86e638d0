// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.DamagedRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoreRecord.VersionRecord;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists the versions of a store, or the regions of a version. */
@Command(
    name = "ls",
    description = "List the versions of a store, or with @VERSION its regions.",
    sortOptions = false)
final class LsCommand implements Callable<Integer> {
  /** The package in a class name, which people can do without. */
  private static final Pattern PACKAGE = Pattern.compile("\\b(?:[a-z][\\w]*\\.)+(?=[A-Z])");

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "STORE[@VERSION]",
      description = "The store; without it the only one in the current folder.")
  private @Nullable String address;

  @Option(
      names = "--json",
      description = "For programs: schema holdfast.ls/1, with @VERSION holdfast.ls-version/1.")
  private boolean json;

  @Override
  public Integer call() {
    StoreAddress where = StoreAddress.parse(address);
    if (where.region().isPresent()) {
      throw new CommandException(
          ExitCode.USAGE, "ls lists all regions of a version: leave :REGION out, or use export");
    }
    Store store = where.openStore();
    if (!where.namesVersion()) {
      return listVersions(store);
    }
    try (StoredVersion version = where.openVersion(store)) {
      listRegions(store, version);
    }
    return PassedOver.tell(store, spec.commandLine().getErr());
  }

  private int listVersions(Store store) {
    List<StoreRecord> records = store.records();
    if (json) {
      spec.commandLine().getOut().println(Json.of(versionsJson(store, records)));
    } else {
      printVersions(store, records);
    }
    return code(records);
  }

  /** Blocks are not looked at: that is what verify is for. */
  private static int code(List<StoreRecord> records) {
    if (records.stream().noneMatch(DamagedRecord.class::isInstance)) {
      return ExitCode.DONE;
    }
    boolean versions = records.stream().anyMatch(VersionRecord.class::isInstance);
    return versions ? ExitCode.DAMAGE : ExitCode.NO_VERSION;
  }

  private static Map<String, Object> versionsJson(Store store, List<StoreRecord> records) {
    List<Object> versions = new ArrayList<>();
    List<Object> damaged = new ArrayList<>();
    for (StoreRecord record : records) {
      if (record instanceof VersionRecord version) {
        versions.add(versionJson(version));
      } else if (record instanceof DamagedRecord bad) {
        damaged.add(orderedMap("number", bad.number(), "why", bad.why()));
      }
    }
    return orderedMap(
        "schema",
        "holdfast.ls/1",
        "store",
        store.root().toString(),
        "id",
        store.id().toString(),
        "state",
        state(records),
        "versions",
        versions,
        "damaged",
        damaged);
  }

  private static Map<String, Object> versionJson(VersionRecord version) {
    VersionInfo info = version.info();
    return orderedMap(
        "number", version.number(),
        "step", info.state().step(),
        "captured_epoch_ms", info.state().capturedEpochMs(),
        "attempt", info.ledger().attempts(),
        "level", info.level().name(),
        "kind", info.family().full() ? "full" : "delta",
        "file_bytes", version.fileBytes(),
        "state_bytes", info.stateBytes());
  }

  private static Map<String, Object> orderedMap(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  /** The job's state in one word: what its last record says. */
  private static String state(List<StoreRecord> records) {
    if (records.isEmpty()) {
      return "empty";
    }
    return records.getLast() instanceof EndRecord end
        ? end.ended().cause().name().toLowerCase(Locale.ROOT)
        : "open";
  }

  private void printVersions(Store store, List<StoreRecord> records) {
    PrintWriter out = spec.commandLine().getOut();
    Text.Table table =
        new Text.Table(
            "rrllrrlr", "version", "step", "captured", "kind", "state", "file", "level", "attempt");
    int versions = 0;
    for (StoreRecord record : records) {
      if (record instanceof VersionRecord version) {
        versions++;
        table.row(cells(version));
      }
    }
    out.println(store.root() + ": " + Text.count(versions, "version") + ", " + inWords(records));
    if (versions > 0) {
      table.print(out, "  ");
    }
    for (StoreRecord record : records) {
      if (record instanceof DamagedRecord bad) {
        out.println("  record " + bad.number() + " is damaged: " + bad.why());
      }
    }
  }

  private static String[] cells(VersionRecord version) {
    VersionInfo info = version.info();
    return new String[] {
      Long.toString(version.number()),
      Text.count(info.state().step()),
      Text.moment(info.state().capturedEpochMs()),
      info.family().full() ? "full" : "delta",
      Text.size(info.stateBytes()),
      Text.size(version.fileBytes()),
      info.level().name(),
      Long.toString(info.ledger().attempts())
    };
  }

  private static String inWords(List<StoreRecord> records) {
    if (records.isEmpty() || !(records.getLast() instanceof EndRecord end)) {
      return "the last attempt is running or ended without a word";
    }
    String step = Text.count(end.ended().step());
    return switch (end.ended().cause()) {
      case COMPLETE -> "complete at step " + step;
      case STOPPED -> "stopped at step " + step;
      case FAILED -> "failed at step " + step + ": " + end.ended().message();
    };
  }

  private void listRegions(Store store, StoredVersion version) {
    VersionInfo info = version.info();
    if (json) {
      spec.commandLine().getOut().println(Json.of(regionsJson(store, version)));
      return;
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        Text.format(
            "%s@%d: step %,d, captured %s, %s in %s",
            store.root(),
            version.number(),
            info.state().step(),
            Text.moment(info.state().capturedEpochMs()),
            Text.size(info.stateBytes()),
            Text.size(version.fileBytes())));
    Text.Table table = new Text.Table("lllrr", "region", "kind", "type", "shape", "size");
    for (RegionSchema region : info.regions()) {
      table.row(
          region.name(),
          region.kind().name().toLowerCase(Locale.ROOT),
          PACKAGE.matcher(region.typeName()).replaceAll(""),
          shape(region),
          Text.size(region.sizeBytes()));
    }
    table.print(out, "  ");
    info.outputs()
        .forEach(mark -> out.println("  output " + mark.path() + ": " + Text.size(mark.bytes())));
    info.parameters().forEach((name, value) -> out.println("  parameter " + name + " = " + value));
  }

  private static String shape(RegionSchema region) {
    return region.shape().stream().map(Text::count).collect(Collectors.joining(" x "));
  }

  private static Map<String, Object> regionsJson(Store store, StoredVersion version) {
    VersionInfo info = version.info();
    List<Object> regions = new ArrayList<>();
    for (RegionSchema region : info.regions()) {
      regions.add(
          orderedMap(
              "name", region.name(),
              "kind", region.kind().name().toLowerCase(Locale.ROOT),
              "element_type", region.elementType().name().toLowerCase(Locale.ROOT),
              "type", region.typeName(),
              "shape", region.shape(),
              "size_bytes", region.sizeBytes()));
    }
    List<Object> outputs = new ArrayList<>();
    info.outputs()
        .forEach(mark -> outputs.add(orderedMap("path", mark.path(), "size_bytes", mark.bytes())));
    return orderedMap(
        "schema", "holdfast.ls-version/1",
        "store", store.root().toString(),
        "number", version.number(),
        "step", info.state().step(),
        "captured_epoch_ms", info.state().capturedEpochMs(),
        "level", info.level().name(),
        "state_bytes", info.stateBytes(),
        "file_bytes", version.fileBytes(),
        "regions", regions,
        "outputs", outputs,
        "parameters", info.parameters());
  }
}
