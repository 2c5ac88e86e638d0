// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static dev.holdfast.Told.assertSays;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.StoreRecord;
import dev.holdfast.storage.StoreRecord.EndRecord;
import dev.holdfast.storage.format.AttemptInfo.EndCause;
import dev.holdfast.storage.io.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** One job in one JVM: its loops, its ends, and what the next attempt does. */
@Timeout(60)
final class SessionTest {
  @TempDir private Path temp;

  /** A job that checkpoints only when it is told to. */
  private Job job() {
    return Holdfast.job("test")
        .store(temp.resolve("store"))
        .policy(CheckpointPolicy.fixed(Duration.ofHours(1)));
  }

  /** Adds every step it does to a sum and to a list. */
  private static final class Program {
    private final List<Long> steps = new ArrayList<>();
    private final long count;
    private long sum;
    private boolean restarted;

    Program(long count) {
      this.count = count;
    }

    void run(Holdfast hf) {
      LongCell total = hf.cell("sum", 0);
      for (long step : hf.steps(count)) {
        total.add(step + 1);
        steps.add(step);
      }
      restarted = hf.restarted();
      sum = total.get();
    }
  }

  private EndRecord lastEnd() {
    StoreRecord last = Store.open(temp.resolve("store"), Disk.local()).records().getLast();
    return assertInstance(last);
  }

  private static EndRecord assertInstance(StoreRecord record) {
    assertTrue(record instanceof EndRecord, record::toString);
    return (EndRecord) record;
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void writerNice_isThatOfTheWriter() throws Exception {
    List<Integer> nice = new ArrayList<>();
    job()
        .writerNice(7)
        .run(hf -> {
          hf.cell("sum", 0);
          hf.restore();
          hf.checkpoint().awaitDurable();
          nice.addAll(niceOf("holdfast-writer"));
        });
    assertTrue(nice.contains(7), nice::toString); // other tests have writers, too
  }

  /** What the kernel says of this process's threads of a name. */
  private static List<Integer> niceOf(String name) {
    List<Integer> nice = new ArrayList<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        String stat = Files.readString(task.resolve("stat"));
        if (stat.contains("(" + name + ")")) {
          nice.add(Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return nice;
  }

  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void run_everyStepDone_isCompleteAndDurable() throws Exception {
    Program program = new Program(10);
    Outcome outcome = job().run(program::run);
    Outcome.Complete complete = assertComplete(outcome);
    assertTrue(complete.durable());
    assertEquals(0, complete.exitCode());
    assertEquals(55, program.sum);
    assertFalse(program.restarted);
    assertEquals(EndCause.COMPLETE, lastEnd().ended().cause());
    assertEquals(10, lastEnd().ended().step());
  }

  private static Outcome.Complete assertComplete(Outcome outcome) {
    assertTrue(outcome instanceof Outcome.Complete, outcome::toString);
    return (Outcome.Complete) outcome;
  }

  @Test
  void run_ofCompleteJob_doesNoStepAndKeepsTheResult() throws Exception {
    job().run(new Program(10)::run);
    Program again = new Program(10);
    assertComplete(job().run(again::run));
    assertEquals(List.of(), again.steps);
    assertEquals(55, again.sum);
    assertTrue(again.restarted);
  }

  @Test
  void run_withMoreSteps_goesOnWhereItEnded() throws Exception {
    job().run(new Program(10)::run);
    Program more = new Program(12);
    assertComplete(job().run(more::run));
    assertEquals(List.of(10L, 11L), more.steps);
    assertEquals(78, more.sum);
  }

  @Test
  void loop_leftByBreak_isOverForGood() throws Exception {
    Body body =
        hf -> {
          LongCell sum = hf.cell("sum", 0);
          for (long step : hf.steps(100)) {
            sum.add(step);
            if (step == 4) {
              break;
            }
          }
          assertEquals(10, sum.get());
        };
    assertComplete(job().run(body));
    assertComplete(job().run(body)); // a step more would change the sum
  }

  @Test
  void phases_crashInTheSecond_goesOnThere() throws Exception {
    List<String> done = new ArrayList<>();
    AtomicBoolean crash = new AtomicBoolean(true);
    Body body =
        hf -> {
          LongCell sum = hf.cell("sum", 0);
          for (long step : hf.steps("warm", 3)) {
            sum.add(step);
            done.add("warm " + step);
          }
          for (long step : hf.steps("main", 4)) {
            if (step == 2) {
              assertTrue(hf.checkpoint().awaitDurable());
            }
            sum.add(10 * step);
            done.add("main " + step);
            if (step == 3 && crash.get()) {
              throw new Crash();
            }
          }
          assertEquals(3 + 60, sum.get());
        };
    assertThrows(Crash.class, () -> job().run(body));
    done.clear();
    crash.set(false);
    assertComplete(job().run(body));
    assertEquals(List.of("main 2", "main 3"), done);
  }

  @Test
  void ticks_afterCrash_goOnFromTheVersion() throws Exception {
    AtomicBoolean crash = new AtomicBoolean(true);
    Body body =
        hf -> {
          DoubleCell time = hf.cell("time", 0.0);
          LongCell steps = hf.cell("steps", 0);
          assertEquals(crash.get() ? 0 : 4, hf.restore());
          assertEquals(crash.get() ? 0 : 4, steps.get());
          while (time.get() < 3.75) {
            time.add(0.5);
            steps.increment();
            hf.tick();
            if (steps.get() == 4) {
              assertTrue(hf.checkpoint().awaitDurable());
            }
            if (steps.get() == 6 && crash.get()) {
              throw new Crash();
            }
          }
          assertEquals(8, steps.get());
        };
    assertThrows(Crash.class, () -> job().run(body));
    crash.set(false);
    assertComplete(job().run(body));
    assertEquals(8, lastEnd().ended().step());
  }

  @Test
  void tick_beforeRestore_namesTheRemedy() {
    HoldfastException e = assertThrows(HoldfastException.class, () -> job().run(Holdfast::tick));
    assertSays(e, "before restore() or steps()");
  }

  @Test
  void checkpoint_beforeRestore_namesTheRemedy() {
    HoldfastException e =
        assertThrows(HoldfastException.class, () -> job().run(Holdfast::checkpoint));
    assertSays(e, "before restore() or steps()");
  }

  @Test
  void declaration_afterRestore_isRefused() {
    HoldfastException e =
        assertThrows(
            HoldfastException.class,
            () ->
                job()
                    .run(hf -> {
                      hf.restore();
                      hf.protect("late", new double[3]);
                    }));
    assertSays(e, "region late");
    assertSays(e, "before the first loop");
  }

  @Test
  void loop_begunTwice_namesTheRemedy() {
    HoldfastException e =
        assertThrows(
            HoldfastException.class,
            () ->
                job()
                    .run(hf -> {
                      for (long first : hf.steps(2)) {
                        assertTrue(first >= 0);
                      }
                      for (long second : hf.steps(2)) {
                        assertTrue(second >= 0);
                      }
                    }));
    assertSays(e, "steps(\"name\", n)");
  }

  @Test
  void body_throws_makesNoVersionAndNextRunGoesOn() throws Exception {
    Body crashing =
        hf -> {
          LongCell sum = hf.cell("sum", 0);
          for (long step : hf.steps(10)) {
            if (step == 4) {
              assertTrue(hf.checkpoint().awaitDurable());
            }
            if (step == 7) {
              throw new Crash();
            }
            sum.add(step + 1);
          }
        };
    assertThrows(Crash.class, () -> job().run(crashing));
    assertEquals(EndCause.FAILED, lastEnd().ended().cause());
    assertTrue(lastEnd().ended().message().contains("Crash"), lastEnd()::toString);
    Program next = new Program(10);
    assertComplete(job().run(next::run));
    assertEquals(List.of(4L, 5L, 6L, 7L, 8L, 9L), next.steps);
    assertEquals(55, next.sum);
  }

  @Test
  void stop_fromAnotherThread_leavesTheLoopWithVersion() throws Exception {
    AtomicBoolean after = new AtomicBoolean();
    List<Long> steps = new ArrayList<>();
    Outcome outcome =
        job()
            .run(hf -> {
              LongCell sum = hf.cell("sum", 0);
              try {
                for (long step : hf.steps(10)) {
                  sum.add(step + 1);
                  steps.add(step);
                  if (step == 3) {
                    Thread.ofPlatform().start(hf::stop).join();
                  }
                }
              } catch (Exception e) {
                throw new AssertionError("swallowed", e);
              }
              after.set(true);
            });
    assertFalse(after.get());
    assertEquals(List.of(0L, 1L, 2L, 3L), steps);
    assertTrue(outcome instanceof Outcome.StoppedAt, outcome::toString);
    Outcome.StoppedAt stopped = (Outcome.StoppedAt) outcome;
    assertEquals(75, stopped.exitCode());
    assertEquals(4, stopped.step());
    assertTrue(stopped.version() > 0);
    assertEquals(EndCause.STOPPED, lastEnd().ended().cause());
    Program next = new Program(10);
    assertComplete(job().run(next::run));
    assertEquals(55, next.sum);
    assertEquals(4L, next.steps.getFirst());
  }

  @Test
  void stop_swallowedByTheProgram_endsItAtTheNextBoundary() throws Exception {
    HoldfastException e =
        assertThrows(
            HoldfastException.class,
            () ->
                job()
                    .run(hf -> {
                      hf.restore();
                      hf.stop();
                      try {
                        hf.tick();
                      } catch (Throwable stopped) {
                        assertTrue(stopped instanceof Stopped);
                      }
                      hf.tick();
                    }));
    assertSays(e, "has ended");
  }

  @Test
  void allocation_nearlyOver_leavesTheLoopWithVersion() throws Exception {
    Instant start = ProcessHandle.current().info().startInstant().orElseThrow();
    Duration untilNow = Duration.between(start, Instant.now());
    LongCell[] done = new LongCell[1];
    Outcome outcome =
        job()
            .walltime(untilNow.plusSeconds(2))
            .run(hf -> {
              done[0] = hf.cell("done", 0);
              for (long step : hf.steps(Long.MAX_VALUE)) {
                done[0].set(step + 1);
              }
            });
    assertEquals(75, outcome.exitCode());
    assertEquals(EndCause.STOPPED, lastEnd().ended().cause());
    assertEquals("the allocation is nearly over", lastEnd().ended().message());
    assertEquals(done[0].get(), lastEnd().ended().step());
  }

  @Test
  void policy_ofOnesOwn_isOneLine() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Outcome outcome =
        job()
            .policy(now -> asked.getAndIncrement() < 3 ? 0 : Double.POSITIVE_INFINITY)
            .run(hf -> {
              LongCell x = hf.cell("x", 0);
              for (long step : hf.steps(Long.MAX_VALUE)) {
                x.add(step);
                if (asked.get() > 3) {
                  hf.stop();
                }
              }
            });
    assertEquals(75, outcome.exitCode());
    assertTrue(asked.get() > 3, "asked after the begin and after every checkpoint");
  }

  @Test
  void stop_beforeTheLoop_stopsAtItsFirstBoundary() throws Exception {
    Outcome outcome =
        job()
            .run(hf -> {
              hf.cell("sum", 0);
              hf.stop();
              for (long step : hf.steps(10)) {
                throw new AssertionError("step " + step);
              }
            });
    assertEquals(75, outcome.exitCode());
    Program next = new Program(3);
    assertComplete(job().run(next::run));
    assertEquals(3, next.steps.size());
  }

  @Test
  void checkpoint_awaited_isDurableAndNumbered() throws Exception {
    job()
        .run(hf -> {
          hf.cell("x", 1);
          hf.restore();
          Version version = hf.checkpoint();
          assertTrue(version.awaitDurable());
          assertEquals(Version.State.DURABLE, version.state());
          assertTrue(version.number() > 0);
          assertTrue(version.level().isPresent());
          assertEquals(0, version.step());
        });
  }

  @Test
  void try_withResources_withoutComplete_isNotComplete() throws Exception {
    try (Holdfast hf = job().open()) {
      hf.cell("x", 1);
      hf.restore();
      assertTrue(hf.checkpoint().awaitDurable());
    }
    assertEquals(EndCause.FAILED, lastEnd().ended().cause());
    try (Holdfast hf = job().open()) {
      hf.cell("x", 1);
      hf.restore();
      assertComplete(hf.complete());
    }
    assertEquals(EndCause.COMPLETE, lastEnd().ended().cause());
  }

  @Test
  void parameter_changed_isAnErrorNamingBothUnlessAllowed() throws Exception {
    job().run(hf -> withParameter(hf, 100));
    RestoreMismatchException e =
        assertThrows(RestoreMismatchException.class, () -> job().run(hf -> withParameter(hf, 200)));
    assertSays(e, "parameter size: 200 (Integer) now, 100");
    assertSays(e, "allowChange(\"size\")");
    assertComplete(job().allowChange("size").run(hf -> withParameter(hf, 200)));
  }

  private static void withParameter(Holdfast hf, int size) {
    hf.parameter("size", size);
    hf.cell("x", 1);
    for (long step : hf.steps(2)) {
      assertTrue(step >= 0);
    }
  }

  @Test
  void regions_differ_everyDifferenceIsNamedAndNothingTouched() throws Exception {
    job()
        .run(hf -> {
          double[] a = hf.protect("a", new double[10]);
          hf.protect("b", new int[4]);
          hf.ref("c", "text");
          hf.restore();
          a[0] = 1;
        });
    double[] a = {5, 5, 5};
    long[] b = {6, 6, 6, 6};
    RestoreMismatchException e =
        assertThrows(
            RestoreMismatchException.class,
            () ->
                job()
                    .run(hf -> {
                      hf.protect("a", a);
                      hf.protect("b", b);
                      hf.protect("d", new float[1]);
                      hf.restore();
                    }));
    for (String name : List.of("a: ", "b: ", "c: ", "d: ")) {
      assertSays(e, "\n  " + name);
    }
    assertArrayEquals(new double[] {5, 5, 5}, a);
    assertArrayEquals(new long[] {6, 6, 6, 6}, b);
  }

  @Test
  void regionThatNeverChanges_isNamedOnce() throws Exception {
    try (Told told = new Told()) {
      job()
          .run(hf -> {
            hf.protect("dead", new double[1_000]);
            double[] alive = hf.protect("alive", new double[1_000]);
            for (long step : hf.steps(12)) {
              assertTrue(hf.checkpoint().awaitDurable());
              alive[(int) step]++;
            }
          });
      assertEquals(1, told.lines("never changed while others did: dead;"), told.text());
    }
  }

  @Test
  void interrupts_ofTheLoopAllTheTime_harmNothing() throws Exception {
    Path out = temp.resolve("out.txt");
    Thread loop = Thread.currentThread();
    AtomicBoolean done = new AtomicBoolean();
    Thread pest =
        Thread.ofPlatform()
            .start(() -> {
              while (!done.get()) {
                loop.interrupt();
                Thread.onSpinWait();
              }
            });
    try {
      Outcome outcome =
          job()
              .run(hf -> {
                double[] x = hf.protect("x", new double[20_000]);
                AppendFile file = hf.append(out.toString());
                for (long step : hf.steps(20)) {
                  loop.interrupt();
                  assertTrue(hf.checkpoint().awaitDurable());
                  x[(int) step] = step;
                  file.println("step " + step);
                }
              });
      assertTrue(assertComplete(outcome).durable());
    } finally {
      done.set(true);
      while (pest.isAlive()) {
        Thread.interrupted();
        Thread.onSpinWait();
      }
      Thread.interrupted();
    }
    assertEquals(20, Files.readAllLines(out).size());
    job()
        .run(hf -> {
          double[] x = hf.protect("x", new double[20_000]);
          hf.append(out.toString());
          assertEquals(20, hf.restore());
          assertEquals(19, x[19]);
        });
  }

  @Test
  void thread_thatWritesDuringCapture_isNamed() {
    double[] shared = new double[50_000];
    AtomicBoolean write = new AtomicBoolean();
    AtomicBoolean end = new AtomicBoolean();
    Thread.ofPlatform()
        .name("careless-worker")
        .start(() -> {
          while (!end.get()) {
            if (write.get()) {
              shared[40_000]++;
              write.set(false);
            }
            Thread.onSpinWait();
          }
        });
    AtomicBoolean armed = new AtomicBoolean();
    try {
      ConcurrentWriteException e =
          assertThrows(
              ConcurrentWriteException.class,
              () ->
                  job()
                      .run(hf -> {
                        hf.protect("shared", shared);
                        // Read in the middle of a capture, after the array has been copied.
                        hf.bind("late", () -> letWrite(armed, write), value -> {});
                        hf.restore();
                        assertTrue(hf.checkpoint().awaitDurable());
                        armed.set(true);
                        hf.checkpoint();
                      }));
      assertSays(e, "region shared changed during capture");
      assertSays(e, "element 40,000");
      assertSays(e, "\"careless-worker\"");
    } finally {
      end.set(true);
    }
  }

  private static Long letWrite(AtomicBoolean armed, AtomicBoolean write) {
    if (armed.getAndSet(false)) {
      write.set(true);
      while (write.get()) {
        Thread.onSpinWait();
      }
    }
    return 1L;
  }

  @Test
  void off_hasNoThreadNoStoreAndDoesEveryStep() {
    Program program = new Program(10);
    Path out = temp.resolve("out.txt");
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (Holdfast hf = Holdfast.off()) {
      AppendFile file = hf.append(out.toString());
      program.run(hf);
      file.println("sum " + program.sum);
      assertFalse(hf.checkpoint().awaitDurable());
      assertTrue(assertComplete(hf.complete()).durable());
      assertTrue(
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("holdfast-"))
              .allMatch(before::contains));
    }
    assertEquals(55, program.sum);
    assertArrayEquals(new String[] {"out.txt"}, temp.toFile().list());
  }
}
