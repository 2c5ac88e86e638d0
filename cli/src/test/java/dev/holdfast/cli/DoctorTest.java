// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.batch.Commands;
import dev.holdfast.cli.doctor.Check;
import dev.holdfast.cli.doctor.Check.Level;
import dev.holdfast.cli.doctor.EnvironmentDoctor;
import dev.holdfast.cli.doctor.StoreDoctor;
import dev.holdfast.cli.doctor.Surroundings;
import dev.holdfast.process.PageTracker.RefusedException;
import dev.holdfast.process.PageTracking;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What holdfast doctor says of where it runs and of stores. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DoctorTest {
  @TempDir private Path temp;

  /** A machine with some programs, each of which says the same whatever it is asked. */
  private record Machine(Map<String, String> says) implements Commands {
    @Override
    public Optional<Path> find(String name) {
      return says.containsKey(name) ? Optional.of(Path.of("/bin", name)) : Optional.empty();
    }

    @Override
    public Result run(Duration limit, List<String> command) {
      String said = says.get(command.getFirst());
      return said == null ? new Result(127, "", "not found") : new Result(0, said, "");
    }
  }

  private static Surroundings machine(Map<String, String> environment, Map<String, String> says) {
    return new Surroundings(environment, new Machine(says), Disk.local(), Time.SYSTEM);
  }

  private Check check(Surroundings where, String name) {
    return find(EnvironmentDoctor.of(where, temp.resolve("x.holdfast")), name).orElseThrow();
  }

  private static Optional<Check> find(Map<String, List<Check>> groups, String name) {
    return groups.values().stream()
        .flatMap(List::stream)
        .filter(c -> c.name().equals(name))
        .findFirst();
  }

  @Test
  void machine_withoutScheduler_isNoBatchJobAndKeepsPromises() {
    Surroundings where = machine(Map.of(), Map.of("setsid", "", "setpriv", ""));
    assertEquals("none: this is no batch job", check(where, "scheduler").value());
    for (String name :
        List.of(
            "link",
            "directory sync",
            "clock",
            "compression",
            "changed memory",
            "writer priority",
            "setsid")) {
      assertEquals(Level.OK, check(where, name).level(), name);
    }
    assertEquals(Level.WARNING, check(machine(Map.of(), Map.of()), "setpriv").level());
  }

  @Test
  void changedMemory_toldOrCompared_saysWhichAndWhy() {
    String value = check(machine(Map.of(), Map.of()), "changed memory").value();
    try {
      assertTrue(PageTracking.ofProcess().firstWriteNs() > 0);
      assertTrue(value.startsWith("hf.allocate: told by the kernel ("), value);
    } catch (RefusedException e) {
      assertEquals("compared, that of hf.allocate too: " + e.reason(), value);
    }
  }

  @Test
  void look_atAFolder_leavesNothingBehind() throws IOException {
    check(machine(Map.of(), Map.of()), "link");
    try (Stream<Path> entries = Files.list(temp)) {
      assertEquals(List.of(), entries.toList());
    }
  }

  @Test
  void store_inTemporaryFolderOfACluster_isWarnedOf() {
    Surroundings where = machine(Map.of("TMPDIR", temp.toString()), Map.of("sbatch", ""));
    Check check = check(where, "file system");
    assertEquals(Level.WARNING, check.level());
    assertTrue(check.remedy().contains("HOLDFAST_STORE"), check::toString);
  }

  @Test
  void quotaAndInodes_usedUp_areToldWithRemedy() {
    Surroundings where =
        machine(
            Map.of(),
            Map.of(
                "quota", "Filesystem blocks quota limit\n/home  1200* 1000 1100 6days\n",
                "df", "Filesystem Inodes IUsed IFree IUse% Mounted\n/dev/sda1 1000 995 5 99% /\n"));
    assertEquals(Level.PROBLEM, check(where, "quota").level());
    assertEquals(Level.WARNING, check(where, "inodes").level());
    Surroundings without =
        machine(Map.of(), Map.of("df", "Filesystem Inodes IUsed IFree\nbtrfs 0 0 0 - /\n"));
    var groups = EnvironmentDoctor.of(without, temp);
    assertEquals(Optional.empty(), find(groups, "inodes"));
    assertEquals(Optional.empty(), find(groups, "quota"));
  }

  @Test
  void clock_ofTheFileServer_thatIsWrongIsFound() {
    Check check = check(at(Duration.ofMinutes(10), Disk.local()), "clock");
    assertEquals(Level.WARNING, check.level());
    assertTrue(check.value().contains("-600.") || check.value().contains("-599."), check::toString);
  }

  @Test
  void fileSystem_withoutLinks_isAProblem() {
    Disk disk = failing("link", new IOException("Operation not permitted"));
    Check check =
        check(new Surroundings(Map.of(), new Machine(Map.of()), disk, Time.SYSTEM), "writing");
    assertEquals(Level.PROBLEM, check.level());
    assertTrue(check.value().contains("Operation not permitted"), check::toString);
  }

  private static Disk failing(String method, IOException failure) {
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, called, arguments) -> {
              if (called.getName().equals(method)) {
                throw failure;
              }
              try {
                return called.invoke(Disk.local(), arguments);
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
              }
            });
  }

  @Test
  void job_whoseSchedulerCannotBeAsked_lacksASafeRequeue() {
    Surroundings where =
        machine(Map.of("SLURM_JOB_ID", "7", "APPTAINER_NAME", "image.sif"), Map.of());
    assertEquals("Slurm", check(where, "scheduler").value());
    assertEquals("not known", check(where, "ends").value());
    assertEquals(Level.WARNING, check(where, "end").level());
    Check requeue = check(where, "safe requeue");
    assertEquals(Level.WARNING, requeue.level());
    assertTrue(requeue.value().contains("not in this container"), requeue::toString);
    assertTrue(check(where, "way: exit code").value().startsWith("possible: exit code 75"));
  }

  @Test
  void syncs_madeToDoNothing_areAProblem() {
    Surroundings where = machine(Map.of("LD_PRELOAD", "/usr/lib/libeatmydata.so"), Map.of());
    assertEquals(Level.PROBLEM, check(where, "LD_PRELOAD").level());
  }

  @Test
  void signal_ignoredSinceTheStart_isFound() throws Exception {
    ProcessBuilder builder = Command.process(List.of(), "doctor");
    List<String> nohup = new ArrayList<>(List.of("sh", "-c", "trap '' HUP; exec \"$@\"", "sh"));
    nohup.addAll(builder.command());
    Command.Result result = Command.finish(builder.command(nohup).directory(temp.toFile()).start());
    assertEquals(ExitCode.DAMAGE, result.code(), result::toString);
    // INT is ignored too where the build itself runs in the background of a shell.
    result.mustSay("HUP", "ignored, and stays so", "heard", "TERM, USR1", "XCPU");
  }

  @Test
  void answer_forPrograms_isJsonWithEveryCheck() throws Exception {
    ProcessBuilder builder = Command.process(List.of(), "doctor", "--json");
    Command.Result result = Command.finish(builder.directory(temp.toFile()).start());
    assertEquals("holdfast.doctor/1", StrictJson.at(result.out(), "schema"));
    assertEquals("environment", StrictJson.at(result.out(), "subject"));
    Map<?, ?> first = (Map<?, ?>) StrictJson.at(result.out(), "checks", 0);
    assertEquals(Set.of("group", "severity", "name", "value", "source", "remedy"), first.keySet());
  }

  @Test
  void store_thatIsAtRest_isHeldByNobody() throws Exception {
    SmallStore store = SmallStore.make(temp);
    Surroundings where = machine(Map.of(), Map.of());
    var groups = StoreDoctor.of(where, open(store), Optional.empty());
    assertTrue(find(groups, "holder").orElseThrow().value().startsWith("nobody"));
    assertEquals(Level.OK, find(groups, "versions").orElseThrow().level());
    for (String name : List.of("room", "clock", "age", "directory sync", "open files")) {
      assertEquals(Level.OK, find(groups, name).orElseThrow().level(), name);
    }
    assertTrue(find(groups, "room").orElseThrow().value().contains("the next full version"));
    assertTrue(find(groups, "link").orElseThrow().value().startsWith("not tried"));
    Command.run("doctor", store.path()).mustSay("holder", "nobody: the last attempt has ended");
    Command.run("doctor", temp).mustFail(ExitCode.NO_VERSION, "is a folder, but not a store");
  }

  private static Store open(SmallStore store) {
    return Store.open(store.path(), Disk.local());
  }

  private static Time shiftedBy(Duration by) {
    return new Time() {
      @Override
      public long epochMs() {
        return Time.SYSTEM.epochMs() + by.toMillis();
      }

      @Override
      public long nanoTime() {
        return Time.SYSTEM.nanoTime();
      }

      @Override
      public void pause(Duration duration) {
        Time.SYSTEM.pause(duration);
      }
    };
  }

  private static Surroundings at(Duration shift, Disk disk) {
    return new Surroundings(Map.of(), new Machine(Map.of()), disk, shiftedBy(shift));
  }

  @Test
  void store_withRecordsFromTheFuture_isWarnedOf() throws Exception {
    SmallStore store = SmallStore.make(temp);
    Surroundings early = at(Duration.ofDays(-1), Disk.local());
    var groups = StoreDoctor.of(early, open(store), Optional.empty());
    Check clock = find(groups, "clock").orElseThrow();
    assertEquals(Level.WARNING, clock.level());
    assertTrue(clock.value().contains("from the future: 86,"), clock::toString);
  }

  @Test
  void store_whoseFilesAreNearTheAgeOfAPurge_isWarnedOf() throws Exception {
    SmallStore store = SmallStore.make(temp);
    Surroundings later = at(Duration.ofDays(25), Disk.local());
    Optional<Duration> month = Optional.of(Duration.ofDays(30));
    Check near = find(StoreDoctor.of(later, open(store), month), "age").orElseThrow();
    assertEquals(Level.WARNING, near.level());
    assertTrue(near.value().contains("25.0 d; the site deletes it in 5 d"), near::toString);
    Optional<Duration> year = Optional.of(Duration.ofDays(365));
    assertEquals(
        Level.OK, find(StoreDoctor.of(later, open(store), year), "age").orElseThrow().level());
    Check unknown = find(StoreDoctor.of(later, open(store), Optional.empty()), "age").orElseThrow();
    assertEquals(Level.WARNING, unknown.level());
    assertTrue(unknown.remedy().contains("--purge-age"), unknown::toString);
    Command.run("doctor", store.path(), "--purge-age", "30d").mustSay("the oldest file");
    Command.run("doctor", "--purge-age", "30d").mustFail(ExitCode.USAGE, "name a store");
  }

  @Test
  void store_withoutRoomForAFullVersion_isAProblem() throws Exception {
    SmallStore store = SmallStore.make(temp);
    Disk full = answering("usableBytes", 100L);
    var groups = StoreDoctor.of(at(Duration.ZERO, full), open(store), Optional.empty());
    Check room = find(groups, "room").orElseThrow();
    assertEquals(Level.PROBLEM, room.level());
    assertTrue(room.remedy().contains("holdfast prune"), room::toString);
  }

  private static Disk answering(String method, Object answer) {
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, called, arguments) ->
                called.getName().equals(method) ? answer : called.invoke(Disk.local(), arguments));
  }
}
