// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.cli.Brief.OfVersion;
import dev.holdfast.cli.Brief.Whole;
import dev.holdfast.storage.Contents;
import dev.holdfast.storage.NoUsableVersionException.Rejection;
import dev.holdfast.storage.Pins;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord.DamagedRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.StoredVersion;
import dev.holdfast.storage.format.AttemptInfo.Ended;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo;
import dev.holdfast.storage.io.Disk;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    Contents<Brief> contents = store.contents(Brief::of);
    if (json) {
      spec.commandLine().getOut().println(Json.of(versionsJson(store, contents)));
    } else {
      printVersions(store, contents);
    }
    return code(store, contents);
  }

  /** Blocks are not looked at: that is what verify is for. */
  private static int code(Store store, Contents<Brief> contents) {
    List<Brief> records = contents.records();
    if (damaged(records).isEmpty() && contents.missing().isEmpty()) {
      return ExitCode.DONE;
    }
    boolean usable =
        versions(records).stream().anyMatch(v -> !contents.unusable().contains(v.number()));
    return usable || !store.isLost() ? ExitCode.DAMAGE : ExitCode.NO_VERSION;
  }

  private static List<OfVersion> versions(List<Brief> records) {
    return records.stream().filter(OfVersion.class::isInstance).map(OfVersion.class::cast).toList();
  }

  private static List<DamagedRecord> damaged(List<Brief> records) {
    List<DamagedRecord> damaged = new ArrayList<>();
    for (Brief record : records) {
      if (record instanceof Whole(DamagedRecord bad)) {
        damaged.add(bad);
      }
    }
    return damaged;
  }

  private static Map<String, Object> versionsJson(Store store, Contents<Brief> contents) {
    List<Brief> records = contents.records();
    Set<Long> pinned = Pins.of(store, Disk.local());
    List<Object> damaged = new ArrayList<>();
    for (DamagedRecord bad : damaged(records)) {
      damaged.add(orderedMap("number", bad.number(), "why", bad.why()));
    }
    for (Rejection lost : contents.missing()) {
      damaged.add(orderedMap("number", lost.number(), "why", lost.why()));
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
        versions(records).stream()
            .map(version ->
                versionJson(
                    version,
                    pinned.contains(version.number()),
                    !contents.unusable().contains(version.number()))),
        "damaged",
        damaged);
  }

  private static Map<String, Object> versionJson(
      OfVersion version, boolean pinned, boolean usable) {
    return orderedMap(
        "number", version.number(),
        "step", version.step(),
        "captured_epoch_ms", version.capturedEpochMs(),
        "attempt", version.ledger().attempts(),
        "level", version.level().name(),
        "kind", version.full() ? "full" : "delta",
        "file_bytes", version.fileBytes(),
        "state_bytes", version.stateBytes(),
        "pinned", pinned,
        "usable", usable);
  }

  private static Map<String, Object> orderedMap(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  /** How the last attempt ended, where its END is the last record. */
  private static Optional<Ended> end(List<Brief> records) {
    return !records.isEmpty() && records.getLast() instanceof Whole(EndRecord end)
        ? Optional.of(end.ended())
        : Optional.empty();
  }

  /** The job's state in one word: what its last record says. */
  private static String state(List<Brief> records) {
    return records.isEmpty()
        ? "empty"
        : end(records).map(ended -> ended.cause().name().toLowerCase(Locale.ROOT)).orElse("open");
  }

  private void printVersions(Store store, Contents<Brief> contents) {
    List<Brief> records = contents.records();
    PrintWriter out = spec.commandLine().getOut();
    Text.Table table =
        new Text.Table(
            "rrllrrlr", "version", "step", "captured", "kind", "state", "file", "level", "attempt");
    Set<Long> pinned = Pins.of(store, Disk.local());
    List<OfVersion> versions = versions(records);
    for (OfVersion version : versions) {
      table.row(cells(version, pinned.contains(version.number())));
    }
    String all = Text.count(versions.size(), "version");
    out.println(store.root() + ": " + all + ", " + inWords(records));
    if (!versions.isEmpty()) {
      table.print(out, "  ");
    }
    for (DamagedRecord bad : damaged(records)) {
      out.println("  record " + bad.number() + " is damaged: " + bad.why());
    }
    contents.missing().forEach(lost -> out.println("  " + lost));
    if (!contents.unusable().isEmpty()) {
      String numbers =
          contents.unusable().stream()
              .sorted()
              .map(String::valueOf)
              .collect(Collectors.joining(", "));
      out.println("  not to be restored without what is damaged or missing: version " + numbers);
    }
  }

  private static String[] cells(OfVersion version, boolean pinned) {
    return new String[] {
      Long.toString(version.number()),
      Text.count(version.step()),
      Text.moment(version.capturedEpochMs()),
      (version.full() ? "full" : "delta") + (pinned ? ", pinned" : ""),
      Text.size(version.stateBytes()),
      Text.size(version.fileBytes()),
      version.level().name(),
      Long.toString(version.ledger().attempts())
    };
  }

  private static String inWords(List<Brief> records) {
    @Nullable Ended ended = end(records).orElse(null);
    if (ended == null) {
      return "the last attempt is running or ended without a word";
    }
    String step = Text.count(ended.step());
    return switch (ended.cause()) {
      case COMPLETE -> "complete at step " + step;
      case STOPPED -> "stopped at step " + step;
      case FAILED -> "failed at step " + step + ": " + Text.firstLine(ended.message());
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
