// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.FileSession;
import dev.holdfast.RestartFiles;
import dev.holdfast.cli.run.Work.Said;
import dev.holdfast.storage.Keys;
import dev.holdfast.storage.io.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two supervisors of one program's restart files. */
final class FilesWorkTest {
  @TempDir private Path folder;

  private Path store() {
    return folder.resolve("job.holdfast");
  }

  private Map<String, String> environment(String... more) {
    Map<String, String> environment = new TreeMap<>(Map.of("HOLDFAST_STORE", store().toString()));
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return environment;
  }

  private RestartFiles files() {
    return RestartFiles.of(folder, "chk");
  }

  private FilesWork work() {
    FilesWork.Told told = new FilesWork.Told("job", store(), files(), "");
    return new FilesWork(told, OptionalLong::empty, Keys.NONE, Time.SYSTEM, () -> {}, said -> {});
  }

  private static void claim(FilesWork work, Map<String, String> environment) {
    Looks.await(work.claim(environment, Optional::empty));
  }

  @Test
  void files_writtenByTheRunThatWasTakenOver_areNotWhatTheCommandFinds() throws Exception {
    Path chk = folder.resolve("chk");
    try (FileSession old = FileSession.open("job", files(), environment())) {
      old.restore();
      old.started();
      Files.writeString(chk, "whole");
      assertEquals(2, old.programEnded(true).version());
      try (FilesWork work = work()) {
        Map<String, String> environment = environment("HOLDFAST_BREAK_LOCK", "1");
        claim(work, environment);
        assertTrue(work.pauseAfterClaim().isPositive());
        Files.writeString(chk, "torn"); // by the old program, before its supervisor has ended it
        String restart =
            work.begin(environment, OptionalLong.empty()).getOrDefault("HOLDFAST_RESTART", "");
        assertEquals("whole", Files.readString(Path.of(restart)));
      }
    }
  }

  @Test
  void store_takenOverUnseen_isToldAfterTheEnd() throws Exception {
    try (FilesWork work = work()) {
      claim(work, environment());
      work.begin(environment(), OptionalLong.empty());
      Child child = Child.start(List.of("true"), Map.of(), new Inbox(), Time.SYSTEM);
      work.started(child);
      try (FileSession other =
          FileSession.open("job", files(), environment("HOLDFAST_BREAK_LOCK", "1"))) {
        Files.writeString(folder.resolve("chk"), "of the old one");
        assertEquals(Said.NOTHING, work.ended(Code.DONE, Optional.empty(), false));
        assertTrue(work.fencedBy().isPresent());
        assertTrue(other.restore().version() == 0);
      }
    }
  }

  @Test
  void store_takenOverAtTheEndItself_isToldThen() throws Exception {
    try (FilesWork work = work()) {
      claim(work, environment());
      work.begin(environment(), OptionalLong.empty());
      Child child = Child.start(List.of("true"), Map.of(), new Inbox(), Time.SYSTEM);
      work.started(child);
      try (FileSession _ =
          FileSession.open("job", files(), environment("HOLDFAST_BREAK_LOCK", "1"))) {
        // Nothing was written that would have to be committed: only the END meets the other run.
        assertEquals(Said.NOTHING, work.ended(Code.DONE, Optional.empty(), false));
        assertTrue(work.fencedBy().isPresent());
      }
    }
  }
}
