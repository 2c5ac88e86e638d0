// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Holdfast;
import dev.holdfast.storage.NoUsableVersionException;
import dev.holdfast.storage.Store;
import dev.holdfast.storage.io.Disk;
import dev.holdfast.storage.io.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code status} on stores that real jobs have left, or are working on. */
final class StatusCommandTest {
  private static final Map<String, String> SLURM =
      Map.of("SLURM_JOB_ID", "15", "SLURM_ARRAY_JOB_ID", "12", "SLURM_ARRAY_TASK_ID", "3");

  @TempDir private static Path shared;
  private static SmallStore sound = new SmallStore(Path.of(""));

  @TempDir private Path temp;

  @BeforeAll
  static void makeStore() throws Exception {
    sound = SmallStore.make(shared.toRealPath());
  }

  @Test
  void status_completeJob_showsEndStepsLedgerAndSize() {
    Command.Result result = Command.run("status", sound.path());
    result.mustBeDone();
    result.mustSay("small: complete at step 3", "3 versions kept", "3 of 3, done");
    result.mustSay("= step 3, captured ", "level NODE", " = useful ", "attempts  1; 4 versions");
    assertFalse(result.out().contains("left "), "nothing is left: " + result);
  }

  @Test
  void status_json_ofCompleteJob_hasSchemaUnitsAndNulls() {
    String json = Command.run("status", sound.path(), "--json").out();
    assertEquals("holdfast.status/1", StrictJson.at(json, "schema"));
    assertEquals("small", StrictJson.at(json, "job"));
    assertEquals("complete", StrictJson.at(json, "state"));
    assertEquals(3L, StrictJson.at(json, "phases", 0, "done"));
    assertEquals(3L, StrictJson.at(json, "phases", 0, "total"));
    assertEquals(StrictJson.NULL, StrictJson.at(json, "next_due_epoch_ms"));
    assertEquals(0.0, StrictJson.at(json, "left_s"));
    assertEquals(3L, StrictJson.at(json, "attempts", 0, "last_step"));
    assertTrue((Long) StrictJson.at(json, "size_bytes") > 10_000);
  }

  @Test
  void status_overTheLifeOfAJob_tellsEachEndAndTheSameTimesAsTheLedger() throws Exception {
    Path store = temp.toRealPath().resolve("obedient.holdfast");
    killedAfterAVersion(store);
    stoppedAfterARestart(store);
    try (ObedientChild child = new ObedientChild(store, Map.of())) {
      assertEquals(0, child.end("rest"));
    }
    Command.Result all = Command.run("status", store, "--attempts");
    all.mustBeDone();
    all.mustSay("obedient: complete at step 50", "attempts  3, 1 killed");
    List<String> lines = all.out().lines().toList();
    List<String> attempts = lines.subList(lines.size() - 3, lines.size());
    assertTrue(attempts.get(0).endsWith("killed"), all::toString);
    assertTrue(attempts.get(1).contains("stopped"), all::toString);
    assertTrue(attempts.get(1).contains("Slurm job 12_3 (restart 1)"), all::toString);
    assertTrue(attempts.get(1).contains(" down "), all::toString);
    assertTrue(attempts.get(2).contains(" queued "), all::toString);
    assertTrue(attempts.get(2).endsWith("complete"), all::toString);
    timesAddUp(Command.run("status", store, "--json").out());
    timelineShowsThem(store);
  }

  private static void killedAfterAVersion(Path store) throws Exception {
    try (ObedientChild child = new ObedientChild(store, SLURM)) {
      child.tell("step", "step", "version", "step");
      Command.Result running = Command.run("status", store);
      running.mustBeDone();
      running.mustSay("obedient: running on ", " as process " + child.pid(), "Slurm job 12_3");
      running.mustSay("attempt 1, for ", "of 50 (", "checkpoint due in ", "every 1 h");
      running.mustSay("at the waste so far", "the model expects ");
      String json = Command.run("status", store, "--json").out();
      assertEquals("running", StrictJson.at(json, "state"));
      assertEquals(3600.0, StrictJson.at(json, "work_interval_s"));
      assertEquals(child.pid(), StrictJson.at(json, "attempts", 0, "pid"));
      assertEquals(StrictJson.NULL, StrictJson.at(json, "attempts", 0, "ended_epoch_ms"));
      child.kill();
    }
    Command.Result killed = Command.run("status", store);
    killed.mustBeDone();
    killed.mustSay("obedient: ended without a word on ", "nobody holds it", "1, 1 killed");
    assertFalse(killed.out().contains("checkpoint due"), killed::toString);
  }

  private static void stoppedAfterARestart(Path store) throws Exception {
    Map<String, String> restarted =
        Map.of(
            "SLURM_JOB_ID", "15",
            "SLURM_ARRAY_JOB_ID", "12",
            "SLURM_ARRAY_TASK_ID", "3",
            "SLURM_RESTART_COUNT", "1");
    try (ObedientChild child = new ObedientChild(store, restarted)) {
      child.tell("step", "version");
      assertEquals(75, child.end("stop"));
    }
    Command.Result stopped = Command.run("status", store);
    stopped.mustBeDone();
    stopped.mustSay("obedient: stopped at step ", "run it again", "2, 1 killed", "of running");
  }

  private static void timesAddUp(String json) {
    for (String part : List.of("useful_s", "rework_s", "checkpoint_s", "restart_s")) {
      double sum = 0;
      for (Map<String, Object> attempt : DrillPrograms.objects(StrictJson.at(json, "attempts"))) {
        sum += (double) Objects.requireNonNull(attempt.get(part), part);
      }
      assertEquals((double) StrictJson.at(json, "ledger", part), sum, 1e-6, part + " " + json);
    }
    assertEquals(0L, StrictJson.at(json, "attempts", 0, "first_step"));
    assertEquals(1L, StrictJson.at(json, "attempts", 0, "versions"), "though it is pruned");
    assertEquals(
        StrictJson.at(json, "attempts", 1, "last_step"),
        StrictJson.at(json, "attempts", 2, "first_step"));
    assertEquals(false, StrictJson.at(json, "attempts", 1, "queued_before"));
    assertEquals(true, StrictJson.at(json, "attempts", 2, "queued_before"));
    assertEquals("12_3", StrictJson.at(json, "attempts", 1, "scheduler_job"));
    assertEquals(1L, StrictJson.at(json, "attempts", 1, "scheduler_restarts"));
  }

  private static void timelineShowsThem(Path store) throws Exception {
    Path svg = store.resolveSibling("timeline.svg");
    Command.run("status", store, "--plot", svg).mustBeDone();
    SvgText drawing = SvgText.of(Files.readString(svg));
    drawing.mustSay("obedient: complete at step 50", "attempt", "useful", "rework", "restart");
    drawing.mustSay("checkpoint", "queue wait", "down", "1", "2", "3");
  }

  @Test
  void status_failedJob_tellsItsError() throws Exception {
    Path store = temp.toRealPath().resolve("failed.holdfast");
    try (ObedientChild child = new ObedientChild(store, Map.of())) {
      child.tell("step");
      assertEquals(1, child.end("fail"));
    }
    Command.Result result = Command.run("status", store);
    result.mustBeDone();
    result.mustSay("failed: java.lang.IllegalStateException: as told", "no version yet");
    result.mustSay("left      unknown");
  }

  @Test
  void status_whileVersionsArePruned_alwaysReadsAWholeJob() throws Exception {
    Path store = temp.toRealPath().resolve("busy.holdfast");
    CompletableFuture<Integer> job = CompletableFuture.supplyAsync(() -> runBusily(store));
    long step = 0;
    int looks = 0;
    while (!job.isDone() || looks < 3) {
      if (!hasRecords(store)) {
        Thread.onSpinWait();
        continue;
      }
      JobStatus seen = JobStatus.read(Store.open(store, Disk.local()), Time.SYSTEM.epochMs());
      assertEquals(List.of(), seen.damaged());
      long now = seen.usable().map(version -> version.info().state().step()).orElse(0L);
      assertTrue(now >= step, now + " after " + step);
      step = now;
      looks++;
    }
    assertEquals(0, job.get());
    assertTrue(looks >= 3);
    Command.run("status", store).mustSay("busy: complete at step 150", "150 of 150");
  }

  private static boolean hasRecords(Path store) {
    String[] names = store.resolve("log").toFile().list((log, name) -> name.endsWith(".hf"));
    return names != null && names.length > 0;
  }

  private static int runBusily(Path store) {
    try {
      return Holdfast.job("busy")
          .store(store)
          .keep(1)
          .run(hf -> {
            double[] field = hf.protect("field", new double[1000]);
            for (long step : hf.steps(150)) {
              field[(int) step] = step;
              hf.checkpoint().awaitDurable();
            }
          })
          .exitCode();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void status_newestDamaged_exits3AndTells() throws Exception {
    SmallStore store = sound.copyTo(temp);
    SmallStore.damage(store.versionFiles().getLast(), 3);
    Command.Result result = Command.run("status", store.path());
    assertEquals(ExitCode.DAMAGE, result.code(), result::toString);
    result.mustSay("damaged   ", "= step 2, captured");
    String json = Command.run("status", store.path(), "--json").out();
    assertEquals(1, ((List<?>) StrictJson.at(json, "damaged")).size());
  }

  @Test
  void status_versionsLostBeforeTheNextAttempt_areCountedAndItsEndIsASentence() throws Exception {
    Path store = temp.toRealPath().resolve("obedient.holdfast");
    killedAfterAVersion(store);
    for (Brief record : Store.open(store, Disk.local()).contents(Brief::of).records()) {
      if (record instanceof Brief.OfVersion version) {
        String name = String.format(Locale.ROOT, "%016x.hf", version.number());
        Files.write(store.resolve("log").resolve(name), new byte[0]);
      }
    }
    assertThrows(
        NoUsableVersionException.class,
        () -> Holdfast.job("obedient").store(store).run(hf -> hf.restore()));
    Command.Result result = Command.run("status", store);
    assertEquals(ExitCode.NO_VERSION, result.code(), result::toString);
    result.mustSay("obedient: failed: " + store + " holds no usable version");
    result.mustSay("2, 1 killed; 1 version made");
    assertFalse(result.out().contains("NoUsableVersionException"), result::toString);
  }

  @Test
  void status_everyVersionDamaged_exits4ButShowsTheJob() throws Exception {
    SmallStore store = sound.copyTo(temp);
    for (Path version : store.versionFiles()) {
      SmallStore.damage(version, 3);
    }
    Command.Result result = Command.run("status", store.path());
    assertEquals(ExitCode.NO_VERSION, result.code(), result::toString);
    result.mustSay("small: complete", "damaged   ", "no usable version");
  }

  @Test
  void status_recordOfTheLastAttemptLost_namesNoOtherProcessAndCountsToTheLastSign()
      throws Exception {
    Path store = temp.toRealPath().resolve("obedient.holdfast");
    killedAfterAVersion(store);
    stoppedAfterARestart(store);
    List<Brief> records = Store.open(store, Disk.local()).contents(Brief::of).records();
    Brief.OfVersion newest =
        records.stream()
            .filter(Brief.OfVersion.class::isInstance)
            .map(Brief.OfVersion.class::cast)
            .reduce((one, later) -> later)
            .orElseThrow();
    String end = String.format(Locale.ROOT, "%016x.hf", records.getLast().number());
    Files.delete(store.resolve("log").resolve(end));
    Command.Result whole = Command.run("status", store, "--json");
    String open = String.format(Locale.ROOT, "%016x.hf", newest.attempt());
    Files.delete(store.resolve("log").resolve(open));
    Command.Result result = Command.run("status", store);
    assertEquals(ExitCode.DAMAGE, result.code(), result::toString);
    result.mustSay("running on a host that no record tells any more, attempt 2, for ");
    result.mustSay(open + " is missing; later records name it as their OPEN");
    String json = Command.run("status", store, "--json").out();
    for (String part : List.of("versions", "attempts", "failures", "down_s")) {
      assertEquals(
          StrictJson.at(whole.out(), "ledger", part), StrictJson.at(json, "ledger", part), part);
    }
    assertEquals(
        StrictJson.at(whole.out(), "attempts", 1, "versions"),
        StrictJson.at(json, "attempts", 1, "versions"));
  }

  @Test
  void status_noStore_exits4() {
    Command.run("status", temp.resolve("no.holdfast"))
        .mustFail(ExitCode.NO_VERSION, "there is no such store");
    Command.run("status", temp).mustFail(ExitCode.NO_VERSION, "is a folder, but not a store");
  }

  @Test
  void status_folderOfSeveralStores_hasALineForEach() throws Exception {
    SmallStore.make(Files.createDirectory(temp.resolve("a")));
    Files.move(temp.resolve("a/small.holdfast"), temp.resolve("one.holdfast"));
    SmallStore.make(Files.createDirectory(temp.resolve("b")));
    Files.move(temp.resolve("b/small.holdfast"), temp.resolve("two.holdfast"));
    Command.Result result = Command.run("status", temp);
    result.mustBeDone();
    assertEquals(3, result.out().lines().count(), result::toString);
    result.mustSay("job    state", "3 of 3, done", "one.holdfast", "two.holdfast");
    String json = Command.run("status", temp, "--json").out();
    assertEquals("holdfast.status-list/1", StrictJson.at(json, "schema"));
    assertEquals(2, ((List<?>) StrictJson.at(json, "jobs")).size());
    Command.run("status", temp, "--attempts").mustFail(ExitCode.USAGE, "name one: ");
  }

  @Test
  void status_options_thatMakeNoSense_areRefused() {
    Path store = sound.path();
    Command.run("status", store + "@2").mustFail(ExitCode.USAGE, "leave @VERSION out");
    Command.run("status", store, "--watch=5").mustFail(ExitCode.USAGE, "has no unit");
    Command.run("status", store, "--watch=1ms").mustFail(ExitCode.USAGE, "100ms or more");
    Command.run("status", store, "--watch", "--json").mustFail(ExitCode.USAGE, "shows text");
    Command.run("status", store, "--plot", "x.png").mustFail(ExitCode.USAGE, ".svg");
  }
}
