// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ls}, {@code verify} and {@code export}, on a sound store, a damaged one and none. */
final class StoreCommandsTest {
  @TempDir private static Path shared;
  private static SmallStore sound = new SmallStore(Path.of(""));

  @TempDir private Path temp;

  @BeforeAll
  static void makeStore() throws Exception {
    sound = SmallStore.make(shared.toRealPath());
  }

  /** What cannot be read may have been pins: all can be looked at, and nothing is deleted. */
  @Test
  void fileInPlaceOfAFolder_isFound_andLeavesTheVersionsReadable(@TempDir Path folder)
      throws Exception {
    Path store = SmallStore.make(folder.toRealPath()).path();
    Files.writeString(store.resolve("pins"), "");
    Files.writeString(store.resolve("quarantine"), "");
    Command.Result verified = Command.run("verify", store);
    assertEquals(ExitCode.DAMAGE, verified.code(), verified::toString);
    verified.mustSay("pins: a folder expected; move away what stands there", "quarantine: a fol");
    Command.run("ls", store).mustBeDone();
    Command.Result repaired = Command.run("repair", store, "--apply");
    assertEquals(ExitCode.DAMAGE, repaired.code(), repaired::toString);
    Command.run("prune", store, "--apply").mustFail(ExitCode.IO_ERROR, "move away what stands");
  }

  @Test
  void ls_soundStore_showsVersionsAndEnd() {
    Command.Result result = Command.run("ls", sound.path());
    result.mustBeDone();
    result.mustSay(sound.path() + ": ", "versions, complete at step 3", "captured", "full", "NODE");
    List<String> lines = result.out().lines().toList();
    int head = lines.get(1).indexOf("captured");
    assertTrue(lines.get(2).startsWith("20", head), "columns are aligned: " + result.out());
  }

  @Test
  void ls_newestVersion_showsRegionsOutputsAndParameters() {
    for (String suffix : List.of("@", "@newest")) {
      Command.Result result = Command.run("ls", sound.path() + suffix);
      result.mustBeDone();
      result.mustSay("step 3", "field", "double[]", "20,000", "156 KiB", "3 x 5", "boolean[]");
      result.mustSay("output ", "probe.csv", "parameter seed = 7");
    }
  }

  @Test
  void ls_json_hasSchemaAndUnits() {
    Command.Result result = Command.run("ls", sound.path(), "--json");
    result.mustBeDone();
    String json = result.out();
    assertEquals("holdfast.ls/1", StrictJson.at(json, "schema"));
    assertEquals("complete", StrictJson.at(json, "state"));
    assertEquals(3L, StrictJson.at(json, "versions", -1, "step"));
    assertEquals(1L, StrictJson.at(json, "versions", -1, "attempt"));
    for (String key : List.of("captured_epoch_ms", "file_bytes", "state_bytes")) {
      assertTrue((Long) StrictJson.at(json, "versions", -1, key) > 0, key);
    }
  }

  @Test
  void ls_jsonOfVersion_hasRegions() {
    Command.Result result = Command.run("ls", sound.path() + "@", "--json");
    String json = result.out();
    assertEquals("holdfast.ls-version/1", StrictJson.at(json, "schema"));
    assertEquals("field", StrictJson.at(json, "regions", 0, "name"));
    assertEquals("double", StrictJson.at(json, "regions", 0, "element_type"));
    assertEquals(List.of(20_000L), StrictJson.at(json, "regions", 0, "shape"));
    assertEquals(160_000L, StrictJson.at(json, "regions", 0, "size_bytes"));
  }

  @Test
  void verify_soundStore_exits0() {
    Command.Result result = Command.run("verify", sound.path());
    result.mustBeDone();
    result.mustSay("3 of 3 versions restore: clean");
    String json = Command.run("verify", sound.path(), "--json").out();
    assertEquals("holdfast.verify/1", StrictJson.at(json, "schema"));
    assertEquals("clean", StrictJson.at(json, "outcome"));
    assertEquals(List.of(), StrictJson.at(json, "findings"));
    assertTrue((Long) StrictJson.at(json, "size_bytes") > 0);
  }

  @Test
  void verify_byteOfNewestDamaged_exits3AndNamesWhatRemains() throws Exception {
    SmallStore store = sound.copyTo(temp);
    Path newest = store.versionFiles().getLast();
    SmallStore.damage(newest, 5_000);
    Command.Result result = Command.run("verify", store.path());
    assertEquals(ExitCode.DAMAGE, result.code(), result::toString);
    result.mustSay("damaged: log/" + newest.getFileName(), "2 of 3 versions restore: DAMAGED");
    String json = Command.run("verify", store.path(), "--json").out();
    assertEquals("damaged", StrictJson.at(json, "outcome"));
    assertEquals(2, ((List<?>) StrictJson.at(json, "usable")).size());
  }

  @Test
  void verify_everyVersionDamaged_exits4() throws Exception {
    SmallStore store = sound.copyTo(temp);
    for (Path version : store.versionFiles()) {
      SmallStore.damage(version, 5_000);
    }
    Command.Result result = Command.run("verify", store.path());
    assertEquals(ExitCode.NO_VERSION, result.code(), result::toString);
    result.mustSay("NO USABLE VERSION");
  }

  @Test
  void ls_newestRecordDamaged_tellsWhichWasPassedOver() throws Exception {
    SmallStore store = sound.copyTo(temp);
    SmallStore.damage(store.versionFiles().getLast(), 3);
    Command.Result all = Command.run("ls", store.path());
    assertEquals(ExitCode.DAMAGE, all.code(), all::toString);
    all.mustSay("2 versions, complete", "is damaged: ", "at byte 0");
    Command.Result newest = Command.run("ls", store.path() + "@");
    assertEquals(ExitCode.DAMAGE, newest.code(), newest::toString);
    assertTrue(newest.err().startsWith("holdfast: passed over version "), newest::toString);
    String json = Command.run("ls", store.path(), "--json").out();
    assertEquals(1, ((List<?>) StrictJson.at(json, "damaged")).size());
  }

  @Test
  void everyCommand_newestVersionDeleted_saysWhatIsMissing() throws Exception {
    SmallStore store = sound.copyTo(temp);
    Path newestFile = store.versionFiles().getLast();
    Files.delete(newestFile);
    String name = newestFile.getFileName().toString();
    for (String command : List.of("ls", "status", "verify")) {
      Command.Result result = Command.run(command, store.path());
      assertEquals(ExitCode.DAMAGE, result.code(), result::toString);
      result.mustSay(name, "is missing; only versions that a newer one follows");
    }
    Command.run("doctor", store.path()).mustSay(name + " is missing");
    Command.Result newest = Command.run("ls", store.path() + "@");
    assertEquals(ExitCode.DAMAGE, newest.code(), newest::toString);
  }

  @Test
  void everyCommand_everyRecordDeleted_exits4() throws Exception {
    SmallStore store = sound.copyTo(temp);
    try (Stream<Path> records = Files.list(store.path().resolve("log"))) {
      for (Path record : records.toList()) {
        Files.delete(record);
      }
    }
    for (String command : List.of("ls", "status", "verify", "export")) {
      String address = store.path() + (command.equals("export") ? "@:field" : "");
      Command.Result result = Command.run(command, address);
      assertEquals(ExitCode.NO_VERSION, result.code(), result::toString);
    }
    Command.run("doctor", store.path()).mustSay("every record is gone from");
  }

  @Test
  void export_damagedBlock_leavesNoFile() throws Exception {
    SmallStore store = sound.copyTo(temp);
    SmallStore.damage(store.versionFiles().getLast(), 5_000);
    Path file = temp.resolve("field.npy");
    Command.run("export", store.path() + "@:field", "-o", file).mustFail(ExitCode.DAMAGE, "byte ");
    assertFalse(Files.exists(file));
  }

  @Test
  void export_regionThatIsNotThere_namesThoseThatAre() {
    Command.run("export", sound.path() + "@:nix")
        .mustFail(ExitCode.USAGE, "no region \"nix\"; it has field, grid, flags");
  }

  @Test
  void export_existingFile_isNotReplaced() throws Exception {
    Path file = Files.writeString(temp.resolve("mine.npy"), "mine");
    Command.run("export", sound.path() + "@:field", "-o", file)
        .mustFail(ExitCode.CANNOT_CREATE, file + " exists", "name another file");
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void export_folderMissing_exits73() {
    Path file = temp.resolve("no/such/field.npy");
    Command.run("export", sound.path() + "@:field", "-o", file)
        .mustFail(ExitCode.CANNOT_CREATE, file.toString(), "no such file or directory");
  }

  @Test
  void export_standardOutput_isTheBytesAlone() {
    for (String to : List.of("--format=raw", "--output=-")) {
      Command.Result result = Command.run("export", sound.path() + "@:flags", to);
      result.mustBeDone();
      assertEquals(9, result.sizeBytes());
      assertEquals("", result.err());
    }
  }

  @Test
  void version_notThere_exits4() {
    Command.run("ls", sound.path() + "@99").mustFail(ExitCode.NO_VERSION, "no version 99");
    Command.run("export", sound.path() + "@99:field")
        .mustFail(ExitCode.NO_VERSION, "no version 99");
  }

  @Test
  void store_misspelt_namesThoseThatAreThere() {
    Path typo = sound.path().resolveSibling("smal.holdfast");
    for (String verb : List.of("ls", "verify")) {
      Command.run(verb, typo)
          .mustFail(ExitCode.NO_VERSION, typo + ": there is no such store", "small.holdfast");
    }
  }

  @Test
  void store_aFile_isRefused() throws Exception {
    Path file = Files.writeString(temp.resolve("a.holdfast"), "text");
    Command.run("verify", file).mustFail(ExitCode.NO_VERSION, "is a file; a store is a folder");
  }

  @Test
  void store_emptyFolder_isRefused() {
    Command.run("ls", temp).mustFail(ExitCode.NO_VERSION, temp + " is a folder, but not a store");
  }

  @Test
  void store_notNamed_isTheOnlyOneInTheFolder() throws Exception {
    Command.Result one =
        Command.finish(Command.process(List.of(), "ls").directory(shared.toFile()).start());
    one.mustBeDone();
    one.mustSay("versions, complete");
    Command.Result none =
        Command.finish(Command.process(List.of(), "ls").directory(temp.toFile()).start());
    none.mustFail(ExitCode.USAGE, "no store (*.holdfast) in the current folder");
  }
}
