// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static dev.holdfast.Told.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.CheckpointPolicy;
import dev.holdfast.storage.Compression;
import dev.holdfast.storage.KeepRules;
import dev.holdfast.storage.KeyException;
import dev.holdfast.storage.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Environment before builder before holdfast.properties before default; unclear values are errors.
 */
final class SettingsTest {
  private static final Settings.Told NOTHING =
      new Settings.Told(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Set.of());

  private static final Settings.Told BUILDER =
      new Settings.Told(
          Optional.of(Path.of("/from/builder")),
          Optional.of(Duration.ofHours(2)),
          Optional.of(CheckpointPolicy.young()),
          Optional.of(Duration.ofHours(5)),
          Optional.of(KeepRules.last(2)),
          Optional.of(false),
          Optional.of(2L << 20),
          Optional.of(2),
          Optional.of(5),
          Optional.of(Compression.FAST),
          Optional.of(true),
          Optional.empty(),
          Set.of("size"));

  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "HOLDFAST_STORE", "/from/environment",
          "HOLDFAST_MTTF", "90min",
          "HOLDFAST_POLICY", "daly",
          "HOLDFAST_WALLTIME", "24h",
          "HOLDFAST_KEEP", "5, every 6h for 7d",
          "HOLDFAST_SPARE", "1",
          "HOLDFAST_MEMORY", "64MiB",
          "HOLDFAST_WRITER_THREADS", "3",
          "HOLDFAST_WRITER_NICE", "10",
          "HOLDFAST_COMPRESSION", "small");

  private static Properties file() {
    Properties file = new Properties();
    file.setProperty("store", "/from/file");
    file.setProperty("mttf", "3h");
    file.setProperty("policy", "90s");
    file.setProperty("walltime", "1d");
    file.setProperty("keep", "3");
    file.setProperty("spare", "none");
    file.setProperty("memory", "3MiB");
    file.setProperty("writer_threads", "4");
    file.setProperty("writer_nice", "19");
    file.setProperty("compression", "small");
    file.setProperty("lazy_restore", "1");
    return file;
  }

  private static Settings conclude(Settings.Told told, Map<String, String> environment) {
    return Settings.conclude("heat", told, environment, new Properties());
  }

  @Test
  void everything_told_environmentWins() {
    Settings settings = Settings.conclude("heat", BUILDER, ENVIRONMENT, file());
    assertEquals(Path.of("/from/environment"), settings.store());
    assertEquals(new Settings.Mttf(Duration.ofMinutes(90), true), settings.mttf());
    assertEquals("daly", settings.policy().name());
    assertEquals("last 5, every 6h for 7d", settings.keep().toString());
    assertTrue(settings.spare());
    assertEquals(64L << 20, settings.memoryBytes());
    assertEquals(3, settings.writerThreads());
    assertEquals(10, settings.writerNice());
    assertEquals(Compression.SMALL, settings.compression());
    assertTrue(settings.lazyRestore());
    assertEquals(Set.of("size"), settings.allowedChanges());
  }

  @Test
  void noEnvironment_builderWins() {
    Settings settings = Settings.conclude("heat", BUILDER, Map.of(), file());
    assertEquals(Path.of("/from/builder"), settings.store());
    assertEquals(Duration.ofHours(2), settings.mttf().duration());
    assertEquals("young", settings.policy().name());
    assertEquals(KeepRules.last(2), settings.keep());
    assertFalse(settings.spare());
    assertEquals(2L << 20, settings.memoryBytes());
    assertEquals(2, settings.writerThreads());
    assertEquals(5, settings.writerNice());
    assertEquals(Compression.FAST, settings.compression());
  }

  @Test
  void nothingElse_fileWins() {
    Settings settings = Settings.conclude("heat", NOTHING, Map.of(), file());
    assertEquals(Path.of("/from/file"), settings.store());
    assertEquals(new Settings.Mttf(Duration.ofHours(3), true), settings.mttf());
    assertEquals("fixed:90s", settings.policy().name());
    assertEquals(KeepRules.last(3), settings.keep());
    assertFalse(settings.spare());
    assertEquals(3L << 20, settings.memoryBytes());
    assertEquals(4, settings.writerThreads());
    assertEquals(19, settings.writerNice());
    assertEquals(Compression.SMALL, settings.compression());
  }

  @Test
  void nothing_told_defaultsAreSafe() {
    Settings settings = conclude(NOTHING, Map.of());
    assertEquals(Path.of("heat.holdfast").toAbsolutePath(), settings.store());
    assertEquals(new Settings.Mttf(Duration.ofHours(24), false), settings.mttf());
    assertEquals("adaptive", settings.policy().name());
    assertEquals(OptionalLong.empty(), settings.endEpochMs());
    assertEquals(KeepRules.last(1), settings.keep());
    assertTrue(settings.spare());
    assertTrue(settings.memoryBytes() >= 64L << 20);
    assertEquals(Runtime.getRuntime().availableProcessors(), settings.writerThreads());
    assertEquals(0, settings.writerNice());
    assertEquals(Compression.FAST, settings.compression());
    assertFalse(settings.fresh());
    assertFalse(settings.breakLock());
    assertFalse(settings.restarted());
    assertEquals(OptionalLong.empty(), settings.previousEndEpochMs());
  }

  @Test
  void unknownNames_areToldWithTheKnownOnes() {
    Properties file = file();
    file.setProperty("mtbf", "3h");
    file.setProperty("fresh", "1");
    List<String> said =
        Settings.unknown(
            Map.of("HOLDFAST_MTBF", "3h", "HOLDFAST_FRESH", "1", "HOLDFAST", "on", "HOME", "/"),
            file);
    assertEquals(3, said.size(), said::toString);
    assertTrue(
        said.get(0).contains("HOLDFAST_MTBF means nothing; there are HOLDFAST_ACCEPT_UNSEALED,"));
    assertEquals(
        "holdfast.properties: fresh is for one run; set it in the environment", said.get(1));
    assertTrue(
        said.get(2)
            .startsWith("holdfast.properties: mtbf means nothing; there are compression, keep, "));
    assertEquals(List.of(), Settings.unknown(ENVIRONMENT, file()));
  }

  @ParameterizedTest
  @CsvSource({
    "off, true",
    "OFF, true",
    "no, true",
    "0, true",
    "on, false",
    "1, false",
    "'', false"
  })
  void holdfastVariable_switchesOff(String value, boolean off) {
    assertEquals(off, Settings.off(Map.of("HOLDFAST", value)));
    assertFalse(Settings.off(Map.of()));
  }

  @Test
  void builder_ofNonsense_isRefusedAtOnce() {
    Job job = Holdfast.job("heat");
    assertSays(assertThrows(HoldfastException.class, () -> job.keep(0)), "keep(0)");
    assertSays(assertThrows(HoldfastException.class, () -> job.keep("all")), "keep \"all\"");
    assertSays(assertThrows(HoldfastException.class, () -> job.memory(-1)), "memory(-1)");
    assertSays(
        assertThrows(HoldfastException.class, () -> Settings.off(Map.of("HOLDFAST", "of"))),
        "HOLDFAST \"of\": write 1 or 0");
  }

  @Test
  void keyFile_environmentBeforeBuilderBeforeFile(@TempDir Path folder) throws IOException {
    Path[] files = new Path[3];
    String[] ids = new String[3];
    for (int i = 0; i < files.length; i++) {
      files[i] = Files.write(folder.resolve("key" + i), filled(i));
      Files.setPosixFilePermissions(files[i], PosixFilePermissions.fromString("rw-------"));
      ids[i] = Keys.read(files[i], false).toString();
    }
    Properties file = new Properties();
    assertEquals("no key", Settings.conclude("heat", NOTHING, Map.of(), file).keys().toString());
    file.setProperty("key_file", files[2].toString());
    assertEquals(ids[2], Settings.conclude("heat", NOTHING, Map.of(), file).keys().toString());
    Settings.Told told = toldKeyFile(files[1]);
    assertEquals(ids[1], Settings.conclude("heat", told, Map.of(), file).keys().toString());
    Map<String, String> environment = Map.of("HOLDFAST_KEY_FILE", files[0].toString());
    assertEquals(ids[0], Settings.conclude("heat", told, environment, file).keys().toString());
  }

  /** A key that was meant to be there must not be left out without a word. */
  @Test
  void keyFile_thatIsBlankOrMissing_isRefused() {
    assertThrows(KeyException.class, () -> conclude(NOTHING, Map.of("HOLDFAST_KEY_FILE", " ")));
    assertThrows(
        KeyException.class, () -> conclude(toldKeyFile(Path.of("no", "such", "key")), Map.of()));
  }

  private static byte[] filled(int value) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) value);
    return key;
  }

  private static Settings.Told toldKeyFile(Path file) {
    return new Settings.Told(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(file),
        Set.of());
  }

  @Test
  void blankEnvironment_countsAsUnset() {
    Settings settings = conclude(BUILDER, Map.of("HOLDFAST_STORE", " ", "HOLDFAST_MTTF", ""));
    assertEquals(Path.of("/from/builder"), settings.store());
    assertEquals(Duration.ofHours(2), settings.mttf().duration());
  }

  @ParameterizedTest
  @CsvSource({
    "SLURM_JOB_ID=12 SLURM_ARRAY_JOB_ID=10 SLURM_ARRAY_TASK_ID=7, heat.7.holdfast",
    "SLURM_JOB_ID=12 SLURM_ARRAY_JOB_ID=10 SLURM_ARRAY_TASK_ID=0, heat.0.holdfast",
    "SLURM_JOB_ID=12 SLURM_ARRAY_JOB_ID=10 SLURM_ARRAY_TASK_ID=../x, heat.holdfast",
    "SLURM_JOB_ID=12, heat.holdfast",
    "PBS_JOBID=12[3].pbs PBS_ARRAY_INDEX=3, heat.3.holdfast",
    "LSB_JOBID=12 LSB_JOBINDEX=3, heat.3.holdfast",
    "LSB_JOBID=12 LSB_JOBINDEX=0, heat.holdfast",
    "SGE_ROOT=/opt/sge JOB_ID=12 SGE_TASK_ID=4, heat.4.holdfast",
    "SGE_ROOT=/opt/sge JOB_ID=12 SGE_TASK_ID=undefined, heat.holdfast",
    "FLUX_JOB_ID=ƒabc FLUX_JOB_CC=5, heat.5.holdfast",
    "SLURM_ARRAY_TASK_ID=7, heat.holdfast"
  })
  void arrayJob_everyTaskHasItsOwnStore(String variables, String store) {
    Settings settings = conclude(NOTHING, environment(variables));
    assertEquals(Path.of(store).toAbsolutePath(), settings.store());
  }

  private static Map<String, String> environment(String variables) {
    return Arrays.stream(variables.split(" ", -1))
        .map(variable -> variable.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }

  @ParameterizedTest
  @CsvSource({
    "SLURM_JOB_ID=1 SLURM_RESTART_COUNT=1, true",
    "SLURM_JOB_ID=1 SLURM_RESTART_COUNT=0, false",
    "SLURM_JOB_ID=1 SLURM_RESTART_COUNT=?, false",
    "LSB_JOBID=1 LSB_RESTART=Y, true",
    "LSB_JOBID=1, false",
    "SGE_ROOT=/opt/sge JOB_ID=1 RESTARTED=1, true",
    "SGE_ROOT=/opt/sge JOB_ID=1 RESTARTED=0, false",
    "PBS_JOBID=1.pbs, false"
  })
  void restartedByScheduler_meansRestarted(String variables, boolean restarted) {
    assertEquals(restarted, conclude(NOTHING, environment(variables)).restarted());
  }

  @Test
  void endOfTheAllocation_whenNobodySaysAWalltime_isTheSchedulers() {
    long inAnHour = System.currentTimeMillis() / 1000 + 3600;
    Map<String, String> slurm = environment("SLURM_JOB_ID=12 SLURM_JOB_END_TIME=" + inAnHour);
    Settings asked = conclude(NOTHING, slurm);
    assertEquals(OptionalLong.of(inAnHour * 1000), asked.endEpochMs());
    assertTrue(asked.endToldByScheduler());
    Settings said = conclude(BUILDER, slurm);
    assertTrue(said.endEpochMs().getAsLong() > inAnHour * 1000, "the builder says 5 h");
    assertFalse(said.endToldByScheduler());
    Settings passed =
        conclude(NOTHING, environment("SLURM_JOB_ID=1 SLURM_JOB_END_TIME=1700000000"));
    assertEquals(OptionalLong.empty(), passed.endEpochMs(), "the limit was moved since");
    assertFalse(passed.endToldByScheduler());
  }

  @Test
  void variablesThatRunSets_areNotCalledMeaningless() {
    Map<String, String> set =
        environment(
            "HOLDFAST_ATTEMPT=3 HOLDFAST_DIR=/s.run HOLDFAST_DUE=/s.run/due HOLDFAST_INTERVAL_S=60"
                + " HOLDFAST_RESTART=/s.run/chk HOLDFAST_PREVIOUS_END=1700000000000");
    assertEquals(List.of(), Settings.unknown(set, new Properties()));
    Properties file = new Properties();
    file.setProperty("attempt", "3");
    assertEquals(1, Settings.unknown(Map.of(), file).size(), "no settings");
  }

  @Test
  void flags_areReadFromTheEnvironment() {
    Settings settings =
        conclude(
            NOTHING,
            Map.of(
                "HOLDFAST_FRESH", "1",
                "HOLDFAST_BREAK_LOCK", "yes",
                "HOLDFAST_PREVIOUS_END", "1700000000000"));
    assertTrue(settings.fresh());
    assertTrue(settings.breakLock());
    assertEquals(OptionalLong.of(1_700_000_000_000L), settings.previousEndEpochMs());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3 | last 3",
        "last 3 | last 3",
        "every 6h for 7d | last 1, every 6h for 7d",
        "3,every 360min for 1w,at most 0.5TiB | last 3, every 6h for 7d, at most 512GiB",
        "last 2, every 1h for 1d, every 1d for 30d | last 2, every 1h for 1d, every 1d for 30d",
        "at most 1500kB | last 1, at most 1500000B"
      })
  void rulesToKeep_saidInAnyForm_areUnderstoodAndReadBack(String text, String meaning) {
    assertEquals(meaning, KeepText.parse("keep", text).toString());
    assertEquals(meaning, KeepText.parse("keep", meaning).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HOLDFAST_MTTF | 90 | HOLDFAST_MTTF \"90\": 90 has no unit; write 90s, 90min or 90h",
        "HOLDFAST_MTTF | soon | HOLDFAST_MTTF \"soon\"",
        "HOLDFAST_MTTF | 0s | longer than 0",
        "HOLDFAST_POLICY | optimal | young, daly, exact",
        "HOLDFAST_POLICY | 90 | 90 has no unit",
        "HOLDFAST_MEMORY | 64 | HOLDFAST_MEMORY \"64\": write a size with its unit, such as 64MiB",
        "HOLDFAST_MEMORY | 64 apples | HOLDFAST_MEMORY \"64 apples\"",
        "HOLDFAST_WRITER_THREADS | 0 | HOLDFAST_WRITER_THREADS \"0\": write a number of threads",
        "HOLDFAST_WRITER_NICE | 20 | HOLDFAST_WRITER_NICE \"20\": write a number, 0 to 19",
        "HOLDFAST_COMPRESSION | best | HOLDFAST_COMPRESSION \"best\": write fast (a version is",
        "HOLDFAST_WRITER_THREADS | all | HOLDFAST_WRITER_THREADS \"all\": write a number",
        "HOLDFAST_KEEP | 0 | HOLDFAST_KEEP \"0\": write how many versions, 1 or more",
        "HOLDFAST_KEEP | many | such as \"3, every 6h for 7d, at most 200GiB\"",
        "HOLDFAST_KEEP | 3, 4 | HOLDFAST_KEEP \"3, 4\"",
        "HOLDFAST_KEEP | 3, | HOLDFAST_KEEP \"3,\"",
        "HOLDFAST_KEEP | every 6 for 7d | HOLDFAST_KEEP \"6\": 6 has no unit",
        "HOLDFAST_KEEP | every 7d for 6h | every 7d for 6h: the first must be longer",
        "HOLDFAST_KEEP | at most 200 | HOLDFAST_KEEP \"200\": write a size with its unit",
        "HOLDFAST_SPARE | maybe | HOLDFAST_SPARE \"maybe\": write 1 or 0",
        "HOLDFAST_FRESH | perhaps | HOLDFAST_FRESH \"perhaps\": write 1 or 0",
        "HOLDFAST_PREVIOUS_END | now | HOLDFAST_PREVIOUS_END \"now\""
      })
  void unclearValue_isAnErrorNamingItAndTheRemedy(String variable, String value, String told) {
    RuntimeException e =
        assertThrows(RuntimeException.class, () -> conclude(NOTHING, Map.of(variable, value)));
    assertSays(e, told);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1B, 1",
    "64KiB, 65536",
    "64K, 65536",
    "64kB, 64000",
    "1.5GiB, 1610612736",
    "2 GB, 2000000000",
    "1TiB, 1099511627776"
  })
  void size_withUnitOrZero_isRead(String text, long bytes) {
    assertEquals(bytes, Sizes.parse("HOLDFAST_MEMORY", text));
  }

  @Test
  void jobName_unusableAsFileName_isRefused() {
    HoldfastException e = assertThrows(HoldfastException.class, () -> Holdfast.job("../heat"));
    assertSays(e, "job name \"../heat\"");
  }
}
