// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Holdfast;
import dev.holdfast.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code diff}: versions of one store, of two, of files, and what is not there. */
final class DiffCommandTest {
  private static final int FIELD = 20_000;

  /** Behind the header of a file, that of its first extent and a table of three rows. */
  private static final int FIRST_BLOCK_AT = 256 + 64 + 3 * 32;

  @TempDir private static Path shared;

  /** Its versions after the first and after the second step, as in an address. */
  private static Path store = Path.of("");

  private static String before = "";
  private static String after = "";

  @TempDir private Path temp;

  /** A record as state. */
  record Point(double x, long n) {}

  @BeforeAll
  static void makeStore() throws Exception {
    store = shared.toRealPath().resolve("two.holdfast");
    before = newestAfter(1);
    after = newestAfter(2);
  }

  /** Runs the job until so many steps are done. */
  private static String newestAfter(long steps) throws Exception {
    Outcome outcome =
        Holdfast.job("two")
            .store(store)
            .keep(100)
            .run(hf -> {
              double[] field = hf.protect("field", new double[FIELD]);
              hf.protect("grid", new int[3][5]);
              var point = hf.ref("point", new Point(0, 0));
              var probe = hf.append(store.resolveSibling("probe.csv").toString());
              for (long step : hf.steps(steps)) {
                for (int i = 0; i < FIELD; i++) {
                  field[i] = (i + 1) * (step + 1.0);
                }
                point.set(new Point(0.5 * step, step));
                probe.println("step " + step);
              }
            });
    assertEquals(0, outcome.exitCode());
    return "@" + StrictJson.at(Command.run("ls", store + "@", "--json").out(), "number");
  }

  private static SmallStore copy(Path folder) throws Exception {
    return new SmallStore(store).copyTo(folder);
  }

  private static Object at(String json, String name, Object... keys) {
    List<?> regions = (List<?>) StrictJson.at(json, "regions");
    int index =
        IntStream.range(0, regions.size())
            .filter(i -> name.equals(StrictJson.at(json, "regions", i, "name")))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no " + name + " in " + json));
    Object[] path = new Object[keys.length + 2];
    path[0] = "regions";
    path[1] = index;
    System.arraycopy(keys, 0, path, 2, keys.length);
    return StrictJson.at(json, path);
  }

  @Test
  void diff_ofTwoVersions_countsBlocksElementsAndTheLargestChange() {
    Command.Result result = Command.run("diff", store + before, after, "--json");
    result.mustBeDone();
    String json = result.out();
    assertEquals("holdfast.diff/1", StrictJson.at(json, "schema"));
    assertEquals(1L, StrictJson.at(json, "first", "step"));
    assertEquals(2L, StrictJson.at(json, "second", "step"));
    assertEquals(false, StrictJson.at(json, "same"));
    assertEquals("changed", at(json, "field", "outcome"));
    assertEquals(3L, at(json, "field", "changed_blocks"));
    assertEquals(20_000L, at(json, "field", "changed_elements"));
    assertEquals(20_000.0, at(json, "field", "largest_absolute", "change"));
    assertEquals("[19999]", at(json, "field", "largest_absolute", "place"));
    assertEquals(0.5, at(json, "field", "largest_relative", "change"));
    assertEquals("[0]", at(json, "field", "first_change", "place"));
    assertEquals("1.0", at(json, "field", "first_change", "first"));
    assertEquals("2.0", at(json, "field", "first_change", "second"));
    assertEquals("same", at(json, "grid", "outcome"));
    assertEquals(0L, at(json, "grid", "changed_elements"));
    assertEquals("changed", at(json, "point", "outcome"));
    assertEquals("changed", StrictJson.at(json, "outputs", 0, "outcome"));
    long before = (Long) StrictJson.at(json, "outputs", 0, "first_bytes");
    assertTrue(before < (Long) StrictJson.at(json, "outputs", 0, "second_bytes"));
  }

  @Test
  void diff_inWords_isATableOfWhatChanged() {
    Command.Result result = Command.run("diff", store + before);
    result.mustBeDone();
    result.mustSay(
        store + before + " (step 1) and ",
        after + " (step 2):",
        "3 of 3",
        "20,000 of 20,000",
        "20000 at [19999]",
        "[0]: 1.0 -> 2.0",
        "probe.csv: ");
    assertFalse(result.out().contains("grid"), result::toString);
  }

  @Test
  void diff_ofAVersionWithItself_isTheSameBits() {
    String newest = store + "@";
    Command.Result result = Command.run("diff", newest, newest, "--exit-code");
    result.mustBeDone();
    result.mustSay("0 of ", "differ; the same bits");
    String json = Command.run("diff", newest, newest, "--json").out();
    assertEquals(true, StrictJson.at(json, "same"));
  }

  @Test
  void diff_exitCode_tellsWhetherAnythingDiffers() {
    Command.Result result = Command.run("diff", store + before, after, "--exit-code");
    assertEquals(1, result.code(), result::toString);
    assertTrue(result.err().isEmpty(), result::toString);
  }

  private Path finished(String name, double[] field, long[] row, boolean more) throws Exception {
    Path path = temp.toRealPath().resolve(name + ".holdfast");
    Outcome outcome =
        Holdfast.job("job")
            .store(path)
            .run(hf -> {
              hf.protect("field", field);
              hf.protect("row", row);
              hf.protect(more ? "second" : "first", new int[3]);
              for (long step : hf.steps(1)) {
                assertEquals(0, step);
              }
            });
    assertEquals(0, outcome.exitCode());
    return path;
  }

  @Test
  void diff_ofTwoStores_namesRegionsOfOneOrOfAnotherForm() throws Exception {
    Path one = finished("one", new double[3], new long[5], false);
    Path two = finished("two", new double[3], new long[6], true);
    Command.Result result = Command.run("diff", one, two);
    result.mustBeDone();
    result.mustSay(
        "3 of 4 regions differ",
        "first: only in the first",
        "second: only in the second",
        "row: long[5] -> long[6]");
    String json = Command.run("diff", one, two, "--json").out();
    assertEquals("same", at(json, "field", "outcome"));
    assertEquals("other_form", at(json, "row", "outcome"));
    assertEquals("only_in_first", at(json, "first", "outcome"));
    assertEquals("only_in_second", at(json, "second", "outcome"));
  }

  @Test
  void diff_ofNumbersThatAreNone_countsThemWithoutASize() throws Exception {
    double nan = Double.NaN;
    double other = Double.longBitsToDouble(0x7ff8_0000_0000_0001L);
    long most = Long.MAX_VALUE;
    double[] before = {nan, nan, 1, 0.0, 2, 8, 1e300};
    double[] after = {nan, other, nan, -0.0, Double.POSITIVE_INFINITY, 4, 1e300};
    Path one = finished("one", before, new long[] {most, most - 1, 5}, false);
    Path two = finished("two", after, new long[] {Long.MIN_VALUE, most, 5}, false);
    String json = Command.run("diff", one, two, "--json").out();
    assertEquals(7L, at(json, "field", "elements"));
    assertEquals(5L, at(json, "field", "changed_elements"));
    assertEquals(3L, at(json, "field", "not_finite_elements"));
    assertEquals(4.0, at(json, "field", "largest_absolute", "change"));
    assertEquals("[5]", at(json, "field", "largest_absolute", "place"));
    assertEquals(0.5, at(json, "field", "largest_relative", "change"));
    assertEquals(2L, at(json, "row", "changed_elements"));
    assertEquals(0x1p64, at(json, "row", "largest_absolute", "change"));
    Command.run("diff", one, two).mustSay("field: 3 elements from or to NaN or infinity");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void diff_ofRestartFiles_comparesTheirBytes() throws Exception {
    for (String name : List.of("one", "two")) {
      Path folder = Files.createDirectory(temp.resolve(name));
      String program = "head -c 70000 /dev/zero > chk.dat; printf " + name + " >> chk.dat";
      Command.finish(
              Command.process(
                      List.of(),
                      "run",
                      "--state",
                      "chk.dat",
                      "--store",
                      "files.holdfast",
                      "--",
                      "bash",
                      "-c",
                      program)
                  .directory(folder.toFile())
                  .start())
          .mustBeDone();
    }
    String one = temp.resolve("one/files.holdfast") + "@";
    String json =
        Command.run("diff", one, temp.resolve("two/files.holdfast") + "@", "--json").out();
    assertEquals("changed", StrictJson.at(json, "regions", 0, "outcome"), json);
    assertEquals(2L, StrictJson.at(json, "regions", 0, "blocks"));
    assertEquals(1L, StrictJson.at(json, "regions", 0, "changed_blocks"));
    assertEquals(70_003L, StrictJson.at(json, "regions", 0, "elements"));
    assertEquals(3L, StrictJson.at(json, "regions", 0, "changed_elements"));
    assertEquals("byte 70,000", StrictJson.at(json, "regions", 0, "first_change", "place"));
  }

  @Test
  void diff_ofADamagedVersion_exits3AndSaysWhere() throws Exception {
    SmallStore copy = copy(temp);
    long number = Long.parseLong(after.substring(1));
    Path newest = copy.path().resolve("log").resolve(Text.format("%016x.hf", number));
    SmallStore.damage(newest, FIRST_BLOCK_AT);
    Command.run("diff", copy.path() + before, after)
        .mustFail(ExitCode.DAMAGE, newest.getFileName().toString(), "byte ");
    SmallStore.damage(newest, 3);
    Command.run("diff", copy.path() + before, after)
        .mustFail(ExitCode.DAMAGE, newest.getFileName().toString());
    Command.Result passed = Command.run("diff", copy.path() + before);
    assertEquals(ExitCode.DAMAGE, passed.code(), passed::toString);
    passed.mustSay("passed over version " + after.substring(1), "the same bits");
  }

  @Test
  void diff_ofWhatIsNotThere_saysSo() {
    Command.run("diff", store + before, "@99")
        .mustFail(ExitCode.NO_VERSION, "no version 99", "holdfast ls");
    Command.run("diff", shared.resolve("no.holdfast") + "@3")
        .mustFail(ExitCode.NO_VERSION, "there is no such store");
    Command.run("diff", store)
        .mustFail(ExitCode.USAGE, "names no version to compare with the newest");
    Command.run("diff", store + before + ":field", after)
        .mustFail(ExitCode.USAGE, "leave :REGION out");
    Command.run("diff", store + before, "@x").mustFail(ExitCode.USAGE, "\"@x\" is not");
    Command.run("diff").mustFail(ExitCode.USAGE, "STORE@VERSION");
  }
}
