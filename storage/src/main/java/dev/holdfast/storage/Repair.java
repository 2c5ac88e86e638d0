// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.RepairReport.Kind;
import dev.holdfast.storage.RepairReport.Step;
import dev.holdfast.storage.VerifyReport.Finding;
import dev.holdfast.storage.VerifyReport.Outcome;
import dev.holdfast.storage.format.StoreException;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Repairs a store (docs/format/repair.md). A damaged file is never guessed at: its original bytes
 * are put together from what is left of it and from other files, and only what known checksums
 * prove is believed. So a repaired file is the file that was written, and putting it in the place
 * of the damaged one needs no leave of a job that runs: whoever reads gets the one or the other.
 *
 * <p>Every step can be interrupted and repeated. A number never lacks a file: the new one is
 * written and synced under a hidden name, the damaged one gets a durable second name in quarantine,
 * and then the new one is renamed over it.
 */
public final class Repair {
  /** A file that is repaired may make another one possible. */
  private static final int PASSES_MAX = 100;

  private final Disk disk;
  private final Store store;
  private final StoreLayout layout;
  private final VerifyOptions options;
  private final boolean apply;
  private final Map<String, Step> steps = new LinkedHashMap<>();

  private Repair(Store store, Disk disk, VerifyOptions options, boolean apply) {
    this.store = store;
    this.disk = disk;
    this.layout = store.layout();
    this.options = options;
    this.apply = apply;
  }

  /**
   * Finds out what can be repaired; changes nothing. What a repair makes possible in turn is not
   * seen before it is made.
   *
   * @param options threads and progress of the verification
   * @throws StoreIoException when the store cannot be read
   */
  public static RepairReport plan(Path path, Disk disk, VerifyOptions options) {
    return run(path, disk, options, false);
  }

  /**
   * Repairs what can be, and verifies the store again.
   *
   * @throws StoreIoException when the disk refuses; what has been repaired until then stays so
   */
  public static RepairReport apply(Path path, Disk disk, VerifyOptions options) {
    return run(path, disk, options, true);
  }

  private static RepairReport run(Path path, Disk disk, VerifyOptions options, boolean apply) {
    Store store = Store.open(path, disk, options.keys());
    try {
      return new Repair(store, disk, options, apply).run();
    } catch (IOException e) {
      throw new StoreIoException("repairing store", store.root(), e);
    }
  }

  private RepairReport run() throws IOException {
    VerifyReport report = verify();
    if (apply) {
      Replacement.sweep(disk, layout);
    }
    boolean again = report.outcome() != Outcome.CLEAN;
    for (int pass = 0; again && pass < PASSES_MAX; pass++) {
      again = pass(report) && apply;
      report = again ? verify() : report;
    }
    if (report.outcome() != Outcome.CLEAN && setAside(report) && apply) {
      report = verify();
    }
    if (apply) {
      forgetMended(report);
    }
    return new RepairReport(apply, List.copyOf(steps.values()), report);
  }

  /**
   * What was beyond repair at first may be no trouble at the end: a record that nothing has missed
   * once another one can be read again.
   */
  private void forgetMended(VerifyReport report) {
    Set<String> left =
        report.findings().stream().map(Finding::file).collect(Collectors.toUnmodifiableSet());
    steps.values().removeIf(step -> step.kind() == Kind.LEAVE && !left.contains(step.file()));
  }

  private VerifyReport verify() {
    return Verifier.verify(store.root(), disk, options);
  }

  /** Repairs every file that can be; returns whether there was one. */
  private boolean pass(VerifyReport report) throws IOException {
    boolean repaired = false;
    Map<Long, Set<Long>> neededBy = new TreeMap<>();
    for (Finding finding : report.findings()) {
      if (finding.number() > 0) {
        Set<Long> versions = neededBy.computeIfAbsent(finding.number(), number -> new TreeSet<>());
        versions.addAll(finding.versions());
        versions.remove(finding.number());
      } else {
        repaired |= repairOther(finding);
      }
    }
    Survey survey = Survey.of(disk, layout, store.id());
    for (Map.Entry<Long, Set<Long>> damaged : neededBy.entrySet()) {
      repaired |= rebuild(damaged.getKey(), damaged.getValue(), survey);
    }
    return repaired;
  }

  /** What is not a record: files of the root can be made again, nothing else. */
  private boolean repairOther(Finding finding) throws IOException {
    String file = finding.file();
    Path path = Path.of(file);
    boolean ofRoot = layout.root().equals(path.getParent()) && !path.equals(layout.log());
    if (ofRoot) {
      return new RootRepair(disk, layout, apply).run(finding, store, steps);
    }
    steps.put(
        file,
        new Step(file, Kind.LEAVE, List.of(finding.what(), "put it back as it was, from a copy")));
    return false;
  }

  private boolean rebuild(long number, Set<Long> neededBy, Survey survey) throws IOException {
    Path path = layout.record(number);
    String reason = "it is missing";
    int lostSoFar = Integer.MAX_VALUE;
    for (Path image : images(number)) {
      boolean own = image.equals(path);
      if (own && isForeign(number)) {
        reason = "a record of another store stands there: move it away, and put the right one back";
        continue;
      }
      try (DamagedImage damaged = new DamagedImage(disk, image)) {
        FileRebuild rebuild = FileRebuild.of(disk, layout, survey, damaged, number, store.id());
        boolean better = own ? !rebuild.patches().isEmpty() : rebuild.lost().size() < lostSoFar;
        if (better) {
          if (apply) {
            new Replacement(disk, layout, number, rebuild).make();
          }
          steps.put(path.toString(), step(path, image, rebuild));
          return true;
        }
        if (own) {
          lostSoFar = rebuild.lost().size();
          reason = lost(rebuild).orElseGet(() -> asWritten(rebuild, survey));
        }
      } catch (BeyondRepairException e) {
        reason = own ? String.valueOf(e.getMessage()) : reason;
      } catch (NoSuchFileException e) {
        // What cannot be found elsewhere is missing.
      } catch (IOException e) {
        RecordFile.passOver(e);
        reason = own ? StoreIoException.describe("reading", image, e) : reason;
      }
    }
    List<String> details = new ArrayList<>(List.of(reason));
    if (!neededBy.isEmpty()) {
      details.add(
          (neededBy.size() == 1 ? "version " : "versions ")
              + neededBy.stream().map(String::valueOf).collect(Collectors.joining(", "))
              + " cannot be restored without it");
    }
    steps.putIfAbsent(path.toString(), new Step(path.toString(), Kind.LEAVE, details));
    return false;
  }

  /** Why a version does not restore although nothing is wrong with its own file. */
  private String asWritten(FileRebuild rebuild, Survey survey) {
    List<String> needs =
        rebuild.refs().stream()
            .filter(ref -> survey.record(ref.number()).isEmpty())
            .map(ref -> layout.root().relativize(layout.record(ref.number())).toString())
            .toList();
    return "it is as it was written"
        + (needs.isEmpty()
            ? ""
            : ", but needs " + String.join(", ", needs) + ", missing or damaged");
  }

  private Step step(Path path, Path image, FileRebuild rebuild) {
    List<String> details = new ArrayList<>();
    if (!image.equals(path)) {
      details.add("the file stands in " + layout.root().relativize(image));
    }
    rebuild.patches().forEach(patch -> details.add("byte " + patch.offset() + ": " + patch.what()));
    lost(rebuild).ifPresent(details::add);
    Kind kind = rebuild.lost().isEmpty() ? Kind.REBUILD : Kind.REBUILD_IN_PART;
    return new Step(path.toString(), kind, details);
  }

  private static Optional<String> lost(FileRebuild rebuild) {
    int lost = rebuild.lost().size();
    return lost == 0
        ? Optional.empty()
        : Optional.of(
            (lost == 1 ? "1 block is" : lost + " blocks are")
                + " beyond repair: no other file stores the same");
  }

  /** Where the file of a record may be: at its number, in quarantine, or at another number. */
  private Set<Path> images(long number) throws IOException {
    Set<Path> images = new LinkedHashSet<>();
    images.add(layout.record(number));
    for (Path file : Quarantine.files(disk, layout)) {
      String name = file.getFileName().toString();
      if (StoreLayout.quarantinedNumber(name).orElse(0) == number || saysNumber(file, number)) {
        images.add(file);
      }
    }
    for (long other : Log.list(disk, layout).numbers()) {
      if (saysNumber(layout.record(other), number)) {
        images.add(layout.record(other));
      }
    }
    return images;
  }

  private boolean isForeign(long number) throws IOException {
    return RecordFile.isForeign(disk, layout, store.id(), number);
  }

  private boolean saysNumber(Path path, long number) throws IOException {
    try (RecordFile file = RecordFile.open(disk, layout.keys(), path, number)) {
      return file.header().storeId().equals(store.id());
    } catch (StoreException | NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      RecordFile.passOver(e);
      return false;
    }
  }

  /** The records with which something of this kind is to be done. */
  private Set<Long> records(Kind kind) {
    Set<Long> records = new TreeSet<>();
    for (Step step : steps.values()) {
      if (step.kind() == kind) {
        String name = Path.of(step.file()).getFileName().toString();
        StoreLayout.recordNumber(name).ifPresent(records::add);
      }
    }
    return records;
  }

  /** Sets aside what is beyond repair and harms nothing by going. */
  private boolean setAside(VerifyReport report) throws IOException {
    Survey survey = Survey.of(disk, layout, store.id());
    Set<Long> whole = apply ? Set.of() : records(Kind.REBUILD);
    Set<Long> rebuilt = new TreeSet<>(whole);
    rebuilt.addAll(apply ? Set.of() : records(Kind.REBUILD_IN_PART));
    Set<Long> pinned = Pins.readable(disk, layout);
    Log log = Log.list(disk, layout).without(this::isForeign);
    SetAside aside = new SetAside(report, survey, log, pinned, rebuilt, whole);
    for (Map.Entry<Long, String> kept : aside.reasonsAgainst().entrySet()) {
      String file = layout.record(kept.getKey()).toString();
      Step step = steps.get(file);
      if (step != null && step.kind() == Kind.LEAVE) {
        List<String> details = new ArrayList<>(step.details());
        details.add("it stays in the log: " + kept.getValue());
        steps.put(file, new Step(file, Kind.LEAVE, details));
      }
    }
    for (long number : new TreeMap<>(aside.chosen()).descendingKeySet()) {
      String file = layout.record(number).toString();
      List<String> details = new ArrayList<>();
      if (steps.get(file) != null) {
        details.addAll(steps.get(file).details());
      }
      details.add(aside.chosen().get(number));
      if (apply) {
        new Quarantine(disk, layout).moveHere(layout.record(number));
      }
      steps.put(file, new Step(file, Kind.SET_ASIDE, details));
    }
    return !aside.chosen().isEmpty();
  }
}
