// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.doctor;

import static dev.holdfast.cli.doctor.Check.ok;
import static dev.holdfast.cli.doctor.Check.problem;
import static dev.holdfast.cli.doctor.Check.warning;

import dev.holdfast.cli.batch.Commands;
import dev.holdfast.storage.SizeText;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.DiskFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks at the place where a store is or shall be: what the file system there keeps of promises.
 */
final class PlaceDoctor {
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(5);
  private static final long FREE_BYTES_LOW = 10L << 30;
  private static final double FREE_SHARE_LOW = 0.05;
  private static final long INODES_LOW = 10_000;
  private static final long SKEW_MS_MAX = 2_000;
  private static final long DAY_MS = 86_400_000;
  private static final int ENTRIES_MAX = 10_000;
  private static final Pattern PURGED =
      Pattern.compile("(?i).*/[^/]*(scratch|purge|tmp)[^/]*(/.*)?");

  private final Surroundings where;
  private final Path folder;
  private final List<Check> checks = new ArrayList<>();

  private PlaceDoctor(Surroundings where, Path folder) {
    this.where = where;
    this.folder = folder;
  }

  /**
   * Looks at a folder.
   *
   * @param place of a store, which need not exist
   * @param probe whether files may be made there for a moment
   */
  static List<Check> of(Surroundings where, Path place, boolean probe) {
    PlaceDoctor doctor = new PlaceDoctor(where, Surroundings.existing(place));
    Optional<Mount> mount = Mount.of(doctor.folder);
    doctor.type(mount);
    mount.ifPresent(doctor::options);
    doctor.space();
    doctor.inodes();
    doctor.quota(mount);
    doctor.purge();
    if (probe) {
      doctor.probe();
    }
    return doctor.checks;
  }

  private void add(Check check) {
    checks.add(check);
  }

  private void type(Optional<Mount> mount) {
    String type = mount.map(Mount::type).orElseGet(this::typeOfDisk);
    String value = type + ", " + folder;
    String source = mount.isPresent() ? "mountinfo" : "statfs";
    boolean temporary = temporary();
    if (mount.isPresent() && mount.get().memory()) {
      add(
          warning(
              "file system",
              value + ": memory; versions are gone with the node",
              "name a store on a disk: HOLDFAST_STORE or --store"));
    } else if (temporary && where.cluster()) {
      add(
          warning(
              "file system",
              value
                  + ": a temporary folder of this node; a requeued job runs on"
                  + " another node or finds it emptied",
              "name a store on the shared file system: HOLDFAST_STORE or --store"));
    } else if (mount.isPresent() && mount.get().local() && where.cluster()) {
      add(
          warning(
              "file system",
              value + ": as a rule a disk of this node; a requeued job may run on" + " another one",
              "name a store on the shared file system, unless every node sees this one"));
    } else if (mount.isPresent() && mount.get().shared()) {
      add(ok("file system", value + ": shared", source));
    } else {
      add(ok("file system", value, source));
    }
  }

  private boolean temporary() {
    Stream<Path> folders =
        Stream.concat(
            Stream.of("/tmp", "/var/tmp", "/dev/shm").map(Path::of),
            where.variable("TMPDIR").map(t -> Surroundings.existing(Path.of(t))).stream());
    return folders.anyMatch(t -> t.getNameCount() > 0 && folder.startsWith(t));
  }

  private String typeOfDisk() {
    try {
      return where.disk().fileSystemType(folder);
    } catch (IOException e) {
      return "unknown";
    }
  }

  private void options(Mount mount) {
    if (mount.options().contains("ro")) {
      add(problem("mount options", "ro: nothing can be written", "name another place"));
    }
    for (String bad : List.of("nobarrier", "barrier=0", "barrier=none")) {
      if (mount.options().contains(bad)) {
        add(
            warning(
                "mount options",
                bad + ": a synced version may be lost at a power failure",
                "count on the level PROCESS only, or have it mounted with barriers"));
      }
    }
    if (mount.type().startsWith("nfs")) {
      nfs(mount);
    }
    if (mount.type().equals("overlay")) {
      add(
          warning(
              "mount options",
              "overlay: the layer of a container; what is written here ends with it",
              "name a store on a folder that is bound into the container"));
    }
    if (mount.type().startsWith("fuse") && !mount.shared()) {
      add(
          warning(
              "mount options",
              mount.type() + ": what a sync keeps is up to the program that serves it",
              "count on the level PROCESS only, unless you know that program"));
    }
  }

  private void nfs(Mount mount) {
    if (mount.options().contains("soft")) {
      add(
          warning(
              "mount options",
              "soft: a slow server looks like an I/O error",
              "have it mounted hard; until then expect versions that fail"));
    }
    // Holdfast asks for no locks; programs beside it may.
    for (String local : List.of("nolock", "local_lock=all", "local_lock=flock")) {
      if (mount.options().contains(local)) {
        add(
            ok(
                "mount options",
                local + ": locks hold on this node only; Holdfast needs none",
                "mountinfo"));
      }
    }
    add(
        new Check(
            Check.Level.OK,
            "nfs export",
            "sync or async: not to be seen from here",
            "mountinfo",
            "ask for an export with sync: one with async loses synced versions at a power failure"
                + " of the server"));
  }

  private void space() {
    try {
      long free = where.disk().usableBytes(folder);
      long total = Files.getFileStore(folder).getTotalSpace();
      String value = SizeText.of(free) + " of " + SizeText.of(total) + " free";
      boolean low = free < FREE_BYTES_LOW && free < total * FREE_SHARE_LOW;
      add(
          low
              ? warning("space", value, "make room: two versions that share no file have to fit")
              : ok("space", value, "statfs"));
    } catch (IOException e) {
      add(problem("space", "cannot be read: " + e.getMessage(), "check that the folder is there"));
    }
  }

  private void inodes() {
    free("df", "-Pi", folder.toString())
        .ifPresent(free -> {
          String value = String.format(Locale.ROOT, "%,d free", free);
          add(
              free < INODES_LOW
                  ? warning("inodes", value, "remove small files; a version needs a few")
                  : ok("inodes", value, "df -i"));
        });
  }

  /** The fourth column of the last line; empty where there is none, as on file systems without. */
  private OptionalLong free(String... command) {
    Commands.Result result = where.commands().run(COMMAND_LIMIT, List.of(command));
    List<String> lines = result.out().lines().toList();
    if (result.code() != 0 || lines.size() < 2) {
      return OptionalLong.empty();
    }
    String[] columns = lines.getLast().trim().split("\\s+", -1);
    boolean number = columns.length > 3 && columns[3].matches("\\d{1,18}");
    boolean counted = number && !columns[1].equals("0");
    return counted ? OptionalLong.of(Long.parseLong(columns[3])) : OptionalLong.empty();
  }

  private void quota(Optional<Mount> mount) {
    boolean lustre = mount.map(m -> m.type().equals("lustre")).orElse(false);
    if (lustre && where.commands().find("lfs").isPresent()) {
      over(
          "lfs quota",
          "lfs",
          "quota",
          "-q",
          "-u",
          System.getProperty("user.name"),
          mount.orElseThrow().point().toString());
    }
    if (where.commands().find("quota").isPresent()) {
      over("quota", "quota", "-w");
    }
  }

  /** Both put a * behind what is over its limit. */
  private void over(String source, String... command) {
    Commands.Result result = where.commands().run(COMMAND_LIMIT, List.of(command));
    if (result.out().isBlank()) {
      return;
    }
    Optional<String> exceeded =
        result.out().lines().filter(line -> line.matches(".*\\d\\*.*")).findFirst();
    add(
        exceeded.isPresent()
            ? problem(
                "quota",
                exceeded.get().strip(),
                "make room: over a quota no version can be written")
            : ok("quota", "not exceeded", source));
  }

  private void purge() {
    if (temporary() || !PURGED.matcher(folder.toString()).matches()) {
      return;
    }
    OptionalLong oldest = oldestEpochMs();
    String age =
        oldest.isPresent()
            ? "; the oldest file here is "
                + Math.max(0, (where.time().epochMs() - oldest.getAsLong()) / DAY_MS)
                + " days old"
            : "";
    if (where.cluster()) {
      add(
          warning(
              "purge",
              folder + " looks like scratch: files may be removed by age" + age,
              "ask for the rule of the site; copy a version that must last to another place"));
    }
  }

  private OptionalLong oldestEpochMs() {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .limit(ENTRIES_MAX)
          .mapToLong(entry -> entry.toFile().lastModified())
          .filter(ms -> ms > 0)
          .min();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Does once, with an empty file, what every version needs. */
  private void probe() {
    Path file = folder.resolve(".holdfast-doctor-" + ProcessHandle.current().pid());
    Path name = folder.resolve(file.getFileName() + ".linked");
    Disk disk = where.disk();
    try {
      try (DiskFile created = disk.create(file, Disk.Access.OWNER)) {
        created.sync();
      }
      clock(disk.facts(file).modifiedEpochMs());
      disk.link(file, name);
      links(disk, file, name);
      disk.syncDirectory(folder);
      add(ok("directory sync", "works", "tried"));
    } catch (IOException e) {
      add(
          problem(
              "writing",
              "create, sync, link and directory sync: " + e,
              "name a folder on a file system where these work"));
    } finally {
      delete(disk, name);
      delete(disk, file);
    }
  }

  private void links(Disk disk, Path file, Path name) throws IOException {
    try {
      disk.link(file, name);
      add(
          problem(
              "link",
              "a name that is taken can be taken again: one writer cannot be told from" + " two",
              "name a store on another file system"));
    } catch (FileAlreadyExistsException e) {
      add(ok("link", "works, and refuses a name that is taken", "tried"));
    }
  }

  private void clock(long fileEpochMs) {
    long skewMs = fileEpochMs - where.time().epochMs();
    String value =
        String.format(Locale.ROOT, "file server %+.1f s from this node", skewMs / 1000.0 + 0.0);
    add(
        Math.abs(skewMs) > SKEW_MS_MAX
            ? warning(
                "clock", value, "have the clocks set (NTP): who is alive is judged by time stamps")
            : ok("clock", value, "tried"));
  }

  private static void delete(Disk disk, Path file) {
    try {
      disk.delete(file);
    } catch (IOException e) {
      // It was not made.
    }
  }
}
