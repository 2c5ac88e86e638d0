// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code repair}, and the options of {@code verify}, on real files. */
final class RepairCommandTest {
  @TempDir private static Path shared;
  private static SmallStore sound = new SmallStore(Path.of(""));

  @TempDir private Path temp;
  private SmallStore store = sound;

  @BeforeAll
  static void makeStore() throws Exception {
    sound = SmallStore.make(shared.toRealPath());
  }

  @BeforeEach
  void copyStore() throws Exception {
    store = sound.copyTo(temp.toRealPath());
  }

  @Test
  void repair_soundStore_hasNothingToDo() {
    Command.Result result = Command.run("repair", store.path());
    result.mustBeDone();
    result.mustSay("3 of 3 versions restore: clean", "nothing to repair");
  }

  @Test
  void repair_damagedStore_showsThePlanThenDoesIt() throws Exception {
    Path newest = store.versionFiles().getLast();
    byte[] written = Files.readAllBytes(newest);
    SmallStore.damage(newest, 5_000);
    byte[] damaged = Files.readAllBytes(newest);
    Command.Result plan = Command.run("repair", store.path());
    assertEquals(ExitCode.DAMAGE, plan.code(), plan::toString);
    plan.mustSay(
        "can be repaired: log/" + newest.getFileName(),
        "block 0 of region field: one byte had changed",
        "to do this: holdfast repair " + store.path() + " --apply");
    assertArrayEquals(damaged, Files.readAllBytes(newest));

    Command.Result result = Command.run("repair", store.path(), "--apply");
    result.mustBeDone();
    result.mustSay("repaired: log/", "3 of 3 versions restore: clean", "all is repaired");
    assertArrayEquals(written, Files.readAllBytes(newest));
    Path quarantine = store.path().resolve("quarantine");
    assertArrayEquals(damaged, Files.readAllBytes(quarantine.resolve(newest.getFileName() + "-1")));
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(quarantine)));
    Command.run("verify", store.path()).mustSay("note: quarantine: holds 1 damaged file");
  }

  @Test
  void repair_json_hasSchemaStepsAndTheVerdict() throws Exception {
    SmallStore.damage(store.versionFiles().getFirst(), 300);
    Command.Result result = Command.run("repair", store.path(), "--apply", "--json");
    result.mustBeDone();
    String json = result.out();
    assertEquals("holdfast.repair/1", StrictJson.at(json, "schema"));
    assertEquals(true, StrictJson.at(json, "applied"));
    assertEquals("rebuild", StrictJson.at(json, "steps", 0, "action"));
    assertEquals("clean", StrictJson.at(json, "verified", "outcome"));
  }

  @Test
  void repair_everyVersionBeyondRepair_exits4AndChangesNothing() throws Exception {
    for (Path version : store.versionFiles()) {
      byte[] bytes = Files.readAllBytes(version);
      for (int at = 4_000; at < bytes.length; at += 97) {
        bytes[at] ^= 0x55;
      }
      Files.write(version, bytes);
    }
    Command.Result result = Command.run("repair", store.path(), "--apply");
    assertEquals(ExitCode.NO_VERSION, result.code(), result::toString);
    result.mustSay("beyond repair: log/", "NO USABLE VERSION");
    assertFalse(Files.exists(store.path().resolve("quarantine")));
  }

  @Test
  void verify_depths_findWhatTheyLookAt() throws Exception {
    SmallStore.damage(store.versionFiles().getLast(), 5_000);
    for (String depth : List.of("names", "graph")) {
      Command.Result result = Command.run("verify", store.path(), "--depth", depth);
      result.mustBeDone();
      result.mustSay("3 of 3 versions sound by ", "clean");
    }
    Command.Result checksums = Command.run("verify", store.path(), "--depth=checksums");
    assertEquals(ExitCode.DAMAGE, checksums.code(), checksums::toString);
    String json = Command.run("verify", store.path(), "--json", "--threads=3").out();
    assertEquals("blocks", StrictJson.at(json, "depth"));
    String expected = (String) StrictJson.at(json, "findings", 0, "expected");
    String actual = (String) StrictJson.at(json, "findings", 0, "actual");
    assertTrue(expected.matches("[0-9a-f]{8}"), expected);
    assertFalse(expected.equals(actual));
  }

  @Test
  void verify_sample_tellsShareSeedAndCoverage() {
    Command.Result result =
        Command.run("verify", store.path(), "--sample", "1%", "--seed", "5", "--threads", "2");
    result.mustBeDone();
    result.mustSay("seed 5", "samples of 1 %", "97 % after a year", "99 % after 459 days");
    result.mustSay("sound by sampled blocks: clean");
    String json = Command.run("verify", store.path(), "--sample=0.5", "--json").out();
    assertEquals(7L, StrictJson.at(json, "sample", "runs_until_99_percent"));
  }
}
