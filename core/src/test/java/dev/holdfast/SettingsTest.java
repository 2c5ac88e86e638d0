// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import static dev.holdfast.Told.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.policy.CheckpointPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
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
          Set.of());

  private static final Settings.Told BUILDER =
      new Settings.Told(
          Optional.of(Path.of("/from/builder")),
          Optional.of(Duration.ofHours(2)),
          Optional.of(CheckpointPolicy.young()),
          Optional.of(Duration.ofHours(5)),
          Optional.of(2),
          Optional.of(false),
          Optional.of(2L << 20),
          Set.of("size"));

  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "HOLDFAST_STORE", "/from/environment",
          "HOLDFAST_MTTF", "90min",
          "HOLDFAST_POLICY", "daly",
          "HOLDFAST_WALLTIME", "24h",
          "HOLDFAST_KEEP", "5",
          "HOLDFAST_SPARE", "1",
          "HOLDFAST_MEMORY", "64MiB");

  private static Properties file() {
    Properties file = new Properties();
    file.setProperty("store", "/from/file");
    file.setProperty("mttf", "3h");
    file.setProperty("policy", "90s");
    file.setProperty("walltime", "1d");
    file.setProperty("keep", "3");
    file.setProperty("spare", "none");
    file.setProperty("memory", "3MiB");
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
    assertEquals(5, settings.keep());
    assertTrue(settings.spare());
    assertEquals(64L << 20, settings.memoryBytes());
    assertEquals(Set.of("size"), settings.allowedChanges());
  }

  @Test
  void noEnvironment_builderWins() {
    Settings settings = Settings.conclude("heat", BUILDER, Map.of(), file());
    assertEquals(Path.of("/from/builder"), settings.store());
    assertEquals(Duration.ofHours(2), settings.mttf().duration());
    assertEquals("young", settings.policy().name());
    assertEquals(2, settings.keep());
    assertFalse(settings.spare());
    assertEquals(2L << 20, settings.memoryBytes());
  }

  @Test
  void nothingElse_fileWins() {
    Settings settings = Settings.conclude("heat", NOTHING, Map.of(), file());
    assertEquals(Path.of("/from/file"), settings.store());
    assertEquals(new Settings.Mttf(Duration.ofHours(3), true), settings.mttf());
    assertEquals("fixed:90s", settings.policy().name());
    assertEquals(3, settings.keep());
    assertFalse(settings.spare());
    assertEquals(3L << 20, settings.memoryBytes());
  }

  @Test
  void nothing_told_defaultsAreSafe() {
    Settings settings = conclude(NOTHING, Map.of());
    assertEquals(Path.of("heat.holdfast").toAbsolutePath(), settings.store());
    assertEquals(new Settings.Mttf(Duration.ofHours(24), false), settings.mttf());
    assertEquals("adaptive", settings.policy().name());
    assertEquals(OptionalLong.empty(), settings.endEpochMs());
    assertEquals(1, settings.keep());
    assertTrue(settings.spare());
    assertTrue(settings.memoryBytes() >= 64L << 20);
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
    assertTrue(said.get(0).contains("HOLDFAST_MTBF means nothing; there are HOLDFAST_BREAK_LOCK,"));
    assertEquals(
        "holdfast.properties: fresh is for one run; set it in the environment", said.get(1));
    assertTrue(said.get(2).startsWith("holdfast.properties: mtbf means nothing; there are keep, "));
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
    assertSays(assertThrows(HoldfastException.class, () -> job.memory(-1)), "memory(-1)");
    assertSays(
        assertThrows(HoldfastException.class, () -> Settings.off(Map.of("HOLDFAST", "of"))),
        "HOLDFAST \"of\": write 1 or 0");
  }

  @Test
  void blankEnvironment_countsAsUnset() {
    Settings settings = conclude(BUILDER, Map.of("HOLDFAST_STORE", " ", "HOLDFAST_MTTF", ""));
    assertEquals(Path.of("/from/builder"), settings.store());
    assertEquals(Duration.ofHours(2), settings.mttf().duration());
  }

  @ParameterizedTest
  @CsvSource({
    "SLURM_ARRAY_TASK_ID, 7, heat.7.holdfast",
    "SLURM_ARRAY_TASK_ID, 0, heat.0.holdfast",
    "PBS_ARRAY_INDEX, 12, heat.12.holdfast",
    "LSB_JOBINDEX, 3, heat.3.holdfast",
    "LSB_JOBINDEX, 0, heat.holdfast", // LSF says 0 where there is no array
    "SLURM_ARRAY_TASK_ID, ../x, heat.holdfast"
  })
  void arrayJob_everyTaskHasItsOwnStore(String variable, String index, String store) {
    Settings settings = conclude(NOTHING, Map.of(variable, index));
    assertEquals(Path.of(store).toAbsolutePath(), settings.store());
  }

  @Test
  void restartCount_aboveZero_meansRestarted() {
    assertTrue(conclude(NOTHING, Map.of("SLURM_RESTART_COUNT", "1")).restarted());
    assertFalse(conclude(NOTHING, Map.of("SLURM_RESTART_COUNT", "0")).restarted());
    assertFalse(conclude(NOTHING, Map.of("SLURM_RESTART_COUNT", "?")).restarted());
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
        "HOLDFAST_MTTF | 90 | HOLDFAST_MTTF \"90\": 90 has no unit; write 90s, 90min or 90h",
        "HOLDFAST_MTTF | soon | HOLDFAST_MTTF \"soon\"",
        "HOLDFAST_MTTF | 0s | longer than 0",
        "HOLDFAST_POLICY | optimal | young, daly, exact",
        "HOLDFAST_POLICY | 90 | 90 has no unit",
        "HOLDFAST_MEMORY | 64 | HOLDFAST_MEMORY \"64\": write a size with its unit, such as 64MiB",
        "HOLDFAST_MEMORY | 64 apples | HOLDFAST_MEMORY \"64 apples\"",
        "HOLDFAST_KEEP | 0 | HOLDFAST_KEEP \"0\": write how many versions, 1 or more",
        "HOLDFAST_KEEP | many | HOLDFAST_KEEP \"many\"",
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
    "1B, 1",
    "64KiB, 65536",
    "64K, 65536",
    "64kB, 64000",
    "1.5GiB, 1610612736",
    "2 GB, 2000000000",
    "1TiB, 1099511627776"
  })
  void size_withUnit_isRead(String text, long bytes) {
    assertEquals(bytes, Sizes.parse("HOLDFAST_MEMORY", text));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1024, 1.00 KiB",
    "67108864, 64.0 MiB",
    "2147483648, 2.00 GiB"
  })
  void size_forPeople_hasThreeDigits(long bytes, String text) {
    assertEquals(text, Sizes.human(bytes));
  }

  @Test
  void jobName_unusableAsFileName_isRefused() {
    HoldfastException e = assertThrows(HoldfastException.class, () -> Holdfast.job("../heat"));
    assertSays(e, "job name \"../heat\"");
  }
}
