// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.holdfast.ChildJvm.Ended;
import dev.holdfast.ChildJvm.Line;
import dev.holdfast.ChildJvm.Silence;
import dev.holdfast.storage.Verifier;
import dev.holdfast.storage.VerifyReport;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills real JVMs with SIGKILL, at random moments and at every named point of the commit protocol.
 * The oracle is outside the store: this process has read every acknowledgement from a pipe, and
 * knows what the undisturbed run computes. After every kill the next process must restore the last
 * acknowledged step or a later one, with exactly the bytes of the undisturbed run.
 *
 * <p>Killing a process leaves the page cache alone, so this tests the level PROCESS.
 */
@DisabledOnOs(OS.WINDOWS)
final class SoakTest {
  private static final int LANES = 2;
  private static final int RUNNING_POINTS_A_CHAIN = 4;
  private static final int KILLS_MIN = 60;
  private static final int KILLS_MIN_SOAK = 1_000;

  /** A point that is not passed after so many acknowledgements never will be. */
  private static final int ACKNOWLEDGEMENTS_MAX = 3_000;

  @TempDir private Path temp;
  private final SoakReference reference = new SoakReference();
  private final Set<String> reached = Collections.synchronizedSet(new TreeSet<>());
  private final AtomicInteger kills = new AtomicInteger();
  private final AtomicInteger restarts = new AtomicInteger();
  private final AtomicInteger acknowledgements = new AtomicInteger();

  /** When to kill: at a point, or some time after something has happened. */
  private record Kill(Trigger trigger, String point, long millis) {
    static Kill at(String point, int pass) {
      return new Kill(Trigger.POINT, point + ":" + pass, 0);
    }

    static Kill after(Trigger trigger, long millis) {
      return new Kill(trigger, "none:0", millis);
    }
  }

  private enum Trigger {
    POINT,
    LAUNCH,
    RESTORED,
    ACKNOWLEDGED
  }

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void jobs_killedAtAnyMoment_loseNothingAcknowledged() throws Exception {
    boolean soak = Boolean.getBoolean("holdfast.soak");
    long seed = Long.getLong("holdfast.soak.seed", System.nanoTime() & 0xffff_ffffL);
    int only = Integer.getInteger("holdfast.soak.chain", -1);
    int points = HaltingDisk.RUNNING.size();
    int chains = (points + RUNNING_POINTS_A_CHAIN - 1) / RUNNING_POINTS_A_CHAIN;
    AtomicInteger next = new AtomicInteger(Math.max(0, only));
    int end = only >= 0 ? only + 1 : soak ? Integer.MAX_VALUE : chains;
    long from = System.nanoTime();
    try (ExecutorService lanes = Executors.newFixedThreadPool(LANES)) {
      List<Future<?>> running = new ArrayList<>();
      for (int lane = 0; lane < LANES; lane++) {
        running.add(
            lanes.submit(() -> {
              for (int i = next.getAndIncrement();
                  i < end && (!soak || kills.get() < KILLS_MIN_SOAK || i < chains);
                  i = next.getAndIncrement()) {
                chain(seed, i, soak && i >= chains);
              }
              return null;
            }));
      }
      for (Future<?> lane : running) {
        lane.get();
      }
    }
    System.out.printf(
        Locale.ROOT,
        "soak seed %d: %d kills at %d named points and at random moments, %d restarts,"
            + " %d versions acknowledged, 0 lost, 0 mixed, 0 wrong bytes, %.1f s%n",
        seed,
        kills.get(),
        reached.size(),
        restarts.get(),
        acknowledgements.get(),
        (System.nanoTime() - from) * 1e-9);
    report();
    if (only < 0) {
      Set<String> all = new TreeSet<>(HaltingDisk.MAKING);
      all.addAll(HaltingDisk.RUNNING);
      all.addAll(HaltingDisk.ENDING);
      assertEquals(all, reached);
      assertTrue(kills.get() >= (soak ? KILLS_MIN_SOAK : KILLS_MIN), kills + " kills");
    }
  }

  /** The figures, where those of all harnesses are collected. A loss has failed the test by now. */
  private void report() throws IOException {
    Path folder =
        Files.createDirectories(Path.of(System.getProperty("holdfast.trust", "target/trust")));
    Files.writeString(
        folder.resolve("kills.json"),
        String.format(
            Locale.ROOT,
            "{\n  \"acknowledged\": %d,\n  \"kills\": %d,\n  \"lost\": 0,\n  \"restarts\": %d\n}\n",
            acknowledgements.get(),
            kills.get(),
            restarts.get()));
  }

  /** One job, from the making of its store to its end. */
  private void chain(long seed, int number, boolean anyPoint) throws IOException {
    Random random = new Random(seed * 1_000_003 + number);
    Path directory = Files.createDirectory(temp.resolve("chain" + number));
    SoakJob job = new SoakJob(directory, number % 2 == 0 ? "tick" : "steps", reference);
    try {
      for (Kill kill : plan(number, random, anyPoint)) {
        killOnce(job, kill);
      }
      String ending = HaltingDisk.ENDING.get(number % HaltingDisk.ENDING.size());
      killOnce(job, Kill.at(ending, 1), "target=" + (job.acknowledgedStep() + 30));
      end(job, number % 3 == 0);
      verify(job);
      if (number % 4 == 0) {
        loseNewest(job);
      }
    } catch (AssertionError | IOException | RuntimeException e) {
      System.out.printf(
          Locale.ROOT,
          "again: mvn verify -pl policy,storage,core -Dtest=SoakTest"
              + " -Dsurefire.failIfNoSpecifiedTests=false -Dholdfast.soak.seed=%d"
              + " -Dholdfast.soak.chain=%d%n",
          seed,
          number);
      throw e;
    } finally {
      restarts.addAndGet(job.restarts());
      acknowledgements.addAndGet(job.acknowledgements());
    }
  }

  private static List<Kill> plan(int number, Random random, boolean anyPoint) {
    List<Kill> plan = new ArrayList<>();
    plan.add(Kill.at(HaltingDisk.MAKING.get(number % HaltingDisk.MAKING.size()), 1));
    plan.add(Kill.after(Trigger.ACKNOWLEDGED, random.nextInt(100)));
    List<String> points = HaltingDisk.RUNNING;
    for (int i = 0; i < RUNNING_POINTS_A_CHAIN; i++) {
      int index = number * RUNNING_POINTS_A_CHAIN + i;
      String point = points.get(anyPoint ? random.nextInt(points.size()) : index % points.size());
      if (point.startsWith("sweep")) {
        plan.add(Kill.at("version.sync.before", 1)); // leaves something to sweep
      }
      boolean often = point.startsWith("version") || point.startsWith("prune");
      plan.add(Kill.at(point, often ? 1 + random.nextInt(6) : 1));
    }
    plan.add(Kill.after(Trigger.RESTORED, random.nextInt(150)));
    plan.add(Kill.after(Trigger.LAUNCH, random.nextInt(600)));
    return plan;
  }

  private void killOnce(SoakJob job, Kill kill, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.add("point=" + kill.point());
    try (ChildJvm child = job.start(Map.of(), arguments.toArray(String[]::new))) {
      listenUntilDue(child, job, kill);
      child.kill(job::heard);
    }
    kills.incrementAndGet();
    job.checkFile();
  }

  private void listenUntilDue(ChildJvm child, SoakJob job, Kill kill) {
    boolean armed = kill.trigger() == Trigger.LAUNCH;
    long due = System.nanoTime() + kill.millis() * 1_000_000;
    int before = job.acknowledgements();
    while (!armed || due - System.nanoTime() > 0) {
      long millis = armed ? (due - System.nanoTime()) / 1_000_000 + 1 : Long.MAX_VALUE;
      switch (child.listen(millis)) {
        case Line(String text) -> {
          job.heard(text);
          if (text.startsWith("AT ")) {
            reached.add(text.substring("AT ".length()));
            return;
          }
          if (!armed && happened(kill.trigger(), text)) {
            armed = true;
            due = System.nanoTime() + kill.millis() * 1_000_000;
          }
        }
        case Ended() -> fail("ended before " + kill + "\n" + child.errors());
        case Silence() -> assertTrue(armed, () -> "silent before " + kill + "\n" + child.errors());
      }
      assertTrue(
          job.acknowledgements() - before < ACKNOWLEDGEMENTS_MAX, () -> kill + " never passed");
    }
  }

  private static boolean happened(Trigger trigger, String line) {
    return switch (trigger) {
      case RESTORED -> line.startsWith("RESTORED");
      case ACKNOWLEDGED -> line.startsWith("ACK");
      case POINT, LAUNCH -> false;
    };
  }

  /** Lets the job complete, or asks it to stop. */
  private static void end(SoakJob job, boolean stop) throws IOException {
    long more = stop ? 1_000_000 : 40;
    try (ChildJvm child = job.start(Map.of(), "target=" + (job.acknowledgedStep() + more))) {
      if (stop) {
        job.heard(child.expect("ACK", job::heard));
        child.signal("TERM");
      }
      assertEquals(stop ? 75 : 0, child.awaitExit(job::heard), child.errors());
    }
    job.checkFile();
  }

  private static VerifyReport verify(SoakJob job) {
    VerifyReport report = Verifier.verify(job.store(), Disk.local());
    assertEquals(List.of(), report.findings());
    assertEquals(report.versions(), report.usable());
    return report;
  }

  /** The loss of the newest version leaves an older one, as exact. */
  private static void loseNewest(SoakJob job) throws IOException {
    List<Long> versions = verify(job).usable();
    assertTrue(versions.size() > 1, "a single version is left");
    String name = String.format(Locale.ROOT, "%016x.hf", versions.getLast());
    Files.delete(job.store().resolve("log").resolve(name));
    job.forgive();
    try (ChildJvm child = job.start(Map.of())) {
      job.heard(child.expect("RESTORED", job::heard));
      assertTrue(job.restoredStep() > 0, "began anew");
      job.heard(child.expect("ACK", job::heard));
      child.kill(job::heard);
    }
    job.checkFile();
  }
}
