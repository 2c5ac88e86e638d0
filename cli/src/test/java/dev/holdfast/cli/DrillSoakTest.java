// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.simulator.drill.Account;
import dev.holdfast.simulator.drill.Drill;
import dev.holdfast.simulator.drill.DrillPlan;
import dev.holdfast.simulator.drill.DrillResult;
import dev.holdfast.simulator.drill.DrillSignal;
import dev.holdfast.simulator.drill.Forecast;
import dev.holdfast.simulator.drill.Verdict;
import dev.holdfast.storage.io.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The long drills: many kills of each example, and many forecasts beside what came of them. */
@EnabledIfSystemProperty(named = "holdfast.soak", matches = "true")
@Timeout(value = 2, unit = TimeUnit.HOURS)
final class DrillSoakTest {
  private static final int KILLS = 100;
  private static final int KILLS_A_DRILL = 10;
  private static final int RUNS = 30;

  /** Fewer of 30 intervals of 95 % hit in one case of 300 if the forecast is right. */
  private static final int RUNS_INSIDE_LEAST = 25;

  @TempDir private Path temp;

  private DrillResult drill(
      long seed, OptionalInt kills, Optional<Duration> mttf, String program, String... arguments)
      throws Exception {
    Path folder = Files.createDirectory(temp.resolve(program + "-" + seed));
    DrillPlan plan =
        new DrillPlan(
            DrillPrograms.java(program, arguments),
            folder,
            kills,
            mttf,
            List.of(DrillSignal.KILL),
            seed,
            List.of(),
            Optional.empty(),
            100,
            Optional.empty());
    return new Drill(plan, event -> {}, Time.SYSTEM).run();
  }

  @ParameterizedTest
  @CsvSource({
    "HeatDiffusion, 320 20000 1",
    "Particles, 36 1362 1",
    "MetropolisSampler, 20000000 5000000 1",
    "MonteCarloPi, 2500 480000 1"
  })
  void example_killedAHundredTimes_endsWithTheSameBits(String program, String arguments)
      throws Exception {
    int strikes = 0;
    for (long seed = 1; strikes < KILLS; seed++) {
      DrillResult result =
          drill(
              seed,
              OptionalInt.of(KILLS_A_DRILL),
              Optional.empty(),
              program,
              arguments.split(" ", -1));
      assertInstanceOf(Verdict.SameBits.class, result.verdict(), "seed " + seed + ": " + result);
      assertTrue(result.strikes() > 0, "seed " + seed);
      strikes += result.strikes();
    }
    System.out.println(Text.format("%s: %d kills, same bits every time", program, strikes));
  }

  @Test
  void waste_ofTheHeatExample_liesInTheForecastAsOftenAsItShould() throws Exception {
    int inside = 0;
    System.out.println(
        "| seed | kills | useful s | measured | model | simulation | 95 % | inside |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (long seed = 1; seed <= RUNS; seed++) {
      DrillResult result =
          drill(
              seed,
              OptionalInt.empty(),
              Optional.of(Duration.ofMillis(2_500)),
              "HeatDiffusion",
              "320",
              "24000",
              "1");
      if (result.strikes() > 0) { // no failure is one of the things that happen
        assertInstanceOf(Verdict.SameBits.class, result.verdict(), "seed " + seed + ": " + result);
      }
      Account account = result.account().orElseThrow();
      inside += account.agrees() ? 1 : 0;
      System.out.println(row(seed, result.strikes(), account, account.forecast().orElseThrow()));
    }
    System.out.println(Text.format("%d of %d inside", inside, RUNS));
    assertTrue(inside >= RUNS_INSIDE_LEAST, inside + " of " + RUNS + " inside");
  }

  private static String row(long seed, int strikes, Account account, Forecast forecast) {
    return Text.format(
        "| %d | %d | %.1f | %.1f %% | %.1f %% | %.1f %% | %.1f to %.1f %% | %s |",
        seed,
        strikes,
        account.useful(),
        account.waste() * 100,
        forecast.modelWaste() * 100,
        forecast.simulatedWaste() * 100,
        forecast.lowWaste() * 100,
        forecast.highWaste() * 100,
        account.agrees() ? "yes" : "NO");
  }
}
