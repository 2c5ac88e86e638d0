// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.io.FlightRecorder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording shows of a job, and that a runtime without a recorder does as well. */
class FlightRecorderTest {
  private static final int BLOCK_BYTES = 1 << 16;
  private static final int STATE_BYTES = 3 * BLOCK_BYTES;

  @TempDir private Path temp;

  /** Three blocks, of which each step changes one, and a version after each step. */
  private static void run(Path store, long steps) throws Exception {
    Outcome outcome =
        Holdfast.job("recorded")
            .store(store)
            .run(hf -> {
              double[] noise = new Random(1).doubles(STATE_BYTES / Double.BYTES).toArray();
              double[] u = hf.protect("u", noise);
              for (long step : hf.steps(steps)) {
                u[0] = step + 1;
                hf.checkpoint().awaitDurable();
              }
            });
    assertEquals(0, outcome.exitCode());
  }

  /** A program for a JVM of its own. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws Exception {
      run(Path.of(args[0]), Long.parseLong(args[1]));
      System.out.println("recorder " + FlightRecorder.PRESENT);
    }
  }

  private interface JobRun {
    void run() throws Exception;
  }

  private List<RecordedEvent> recorded(JobRun job) throws Exception {
    return recorded(Duration.ZERO, job);
  }

  private List<RecordedEvent> recorded(Duration threshold, JobRun job) throws Exception {
    Path file = temp.resolve("job.jfr");
    try (Recording recording = new Recording()) {
      for (String name :
          List.of("Capture", "Encode", "Write", "Sync", "Commit", "Tidy", "Restart")) {
        recording.enable("dev.holdfast." + name).withThreshold(threshold);
      }
      recording.start();
      job.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file);
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals("dev.holdfast." + name))
        .toList();
  }

  @Test
  void recording_ofAJob_hasItsCapturesAndCommits() throws Exception {
    List<RecordedEvent> events = recorded(() -> run(temp.resolve("job.holdfast"), 4));
    List<RecordedEvent> captures = named(events, "Capture");
    List<RecordedEvent> commits = named(events, "Commit");
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L), longs(captures, "step"));
    assertEquals(longs(captures, "step"), longs(commits, "step"));
    assertEquals(commits.size(), named(events, "Tidy").size());
    assertEquals(STATE_BYTES, captures.get(3).getLong("stateBytes"));
    assertEquals(BLOCK_BYTES, captures.get(3).getLong("changedBytes"));
    assertEquals(1, captures.get(3).getLong("changedBlocks"));
    assertTrue(captures.get(3).getDuration().isPositive());
    RecordedEvent commit = commits.get(2);
    assertFalse(commit.getBoolean("full"), "the first two are full");
    assertEquals("COMMITTED", commit.getString("outcome"));
    assertEquals(4, commit.getLong("version"));
    assertEquals(STATE_BYTES, commit.getLong("stateBytes"));
    assertEquals(BLOCK_BYTES, commit.getLong("changedBytes"));
    assertTrue(commit.getLong("fileBytes") > 0);
    assertTrue(commit.getDuration("sinceCapture").isPositive());
    assertEquals("holdfast-writer", commit.getThread().getJavaName());
    assertEquals(List.of(), named(events, "Restart"), "a job that begins is not restarted");
  }

  @Test
  void recording_ofAJob_hasEveryFileItWroteAndSynced() throws Exception {
    List<RecordedEvent> events = recorded(() -> run(temp.resolve("job.holdfast"), 3));
    List<Long> committed = longs(named(events, "Commit"), "fileBytes");
    List<Long> written = longs(named(events, "Write"), "fileBytes");
    assertTrue(written.containsAll(committed), written + " should have all of " + committed);
    assertEquals(committed.size() + 2, written.size(), "an OPEN and an END beside the versions");
    assertEquals(written, longs(named(events, "Sync"), "fileBytes"));
  }

  @Test
  void recording_ofAVersion_tellsHowBusyTheStagesWere() throws Exception {
    List<RecordedEvent> events = recorded(() -> run(temp.resolve("job.holdfast"), 3));
    RecordedEvent encode = named(events, "Encode").getFirst(); // of the first version, so of all
    assertEquals(STATE_BYTES, encode.getLong("rawBytes"));
    assertTrue(encode.getLong("storedBytes") > 0);
    assertTrue(encode.getDuration("encoding").isPositive());
    assertTrue(encode.getDuration("writing").isPositive());
    assertEquals(1, encode.getInt("threads"), "too little for more than the writer");
  }

  /** Whoever looks for slow disks records only what takes long. */
  @Test
  void recording_withAThreshold_hasWhatTookLonger() throws Exception {
    Path store = temp.resolve("job.holdfast");
    List<RecordedEvent> events = recorded(Duration.ofNanos(1), () -> run(store, 3));
    for (String name : List.of("Capture", "Encode", "Write", "Sync", "Commit", "Tidy")) {
      assertFalse(named(events, name).isEmpty(), name);
    }
    assertEquals(List.of(), recorded(Duration.ofHours(1), () -> run(store, 5)));
  }

  @Test
  void recording_ofARestart_tellsTheVersion() throws Exception {
    Path store = temp.resolve("job.holdfast");
    run(store, 3);
    List<RecordedEvent> events = recorded(() -> run(store, 5));
    RecordedEvent restart = named(events, "Restart").getFirst();
    assertEquals(3, restart.getLong("step"));
    assertEquals(STATE_BYTES, restart.getLong("stateBytes"));
    assertEquals(0, restart.getInt("passedOver"));
    assertTrue(restart.getLong("version") > 0);
  }

  @Test
  void runtime_withoutRecorder_runsTheJobAllTheSame() throws Exception {
    try (ChildJvm child =
        new ChildJvm(
            temp,
            Map.of(),
            List.of(),
            "--limit-modules",
            "java.base,jdk.unsupported",
            Program.class.getName(),
            temp.resolve("job.holdfast").toString(),
            "2")) {
      assertEquals("recorder false", child.expect("recorder", other -> {}));
      assertEquals(0, child.awaitExit(other -> {}), child.errors());
    }
  }

  private static List<Long> longs(List<RecordedEvent> events, String field) {
    return events.stream().map(event -> event.getLong(field)).toList();
  }
}
