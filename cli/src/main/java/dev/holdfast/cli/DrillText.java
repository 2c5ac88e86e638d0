// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.simulator.drill.Account;
import dev.holdfast.simulator.drill.DrillEvent;
import dev.holdfast.simulator.drill.DrillResult;
import dev.holdfast.simulator.drill.Forecast;
import dev.holdfast.simulator.drill.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a drill has found, in words. */
final class DrillText {
  private static final int DIGITS_SHOWN = 16;
  private static final int WORD_SHOWN = 60;

  private DrillText() {}

  /** A command, with class paths and other monsters cut. */
  static String command(List<String> command) {
    return command.stream()
        .map(word -> word.length() > WORD_SHOWN ? word.substring(0, WORD_SHOWN - 3) + "..." : word)
        .collect(Collectors.joining(" "));
  }

  static String of(DrillEvent event) {
    return switch (event) {
      case DrillEvent.ReferenceEnded e ->
          Text.format("  reference   undisturbed, %.2f s; then ", e.seconds())
              + (e.kills() == Integer.MAX_VALUE ? "struck" : "struck " + e.kills() + " times")
              + Text.format(", on average after %.2f s of running", e.meanSeconds());
      case DrillEvent.Struck e -> struck(e);
      case DrillEvent.Ended e ->
          e.code() == 0
              ? Text.format("  attempt %-3d finished", e.attempt())
              : Text.format(
                  "  attempt %-3d ended by itself at %.2f s with code %d%s",
                  e.attempt(),
                  e.atSeconds(),
                  e.code(),
                  e.message().isEmpty() ? "" : ": " + e.message());
    };
  }

  private static String struck(DrillEvent.Struck e) {
    String what =
        switch (e.signal()) {
          case KILL -> "killed";
          case TERM -> "asked to stop";
          case STOP -> "suspended";
        };
    String line =
        Text.format("  attempt %-3d %s at %.2f s %s", e.attempt(), what, e.atSeconds(), doing(e));
    return switch (e.signal()) {
      case STOP -> line + ", went on";
      case TERM -> line + ", ended with code " + e.code() + restart(e);
      case KILL -> line + restart(e);
    };
  }

  /** What it was doing, with the number of the version. */
  static String doing(DrillEvent.Struck e) {
    return e.doing().words() + (e.writing() > 0 ? " " + e.writing() : "");
  }

  private static String restart(DrillEvent.Struck e) {
    String from =
        e.newest()
            .map(newest ->
                Text.format("; restart from version %d = step %,d", newest.number(), newest.step()))
            .orElse(Double.isNaN(e.lostSeconds()) ? "" : "; no version yet: from the beginning");
    return from
        + (Double.isNaN(e.lostSeconds()) ? "" : Text.format(", %.2f s lost", e.lostSeconds()));
  }

  /** The judgement, and for a job that has ended where its time went. */
  static List<String> of(DrillResult result) {
    List<String> lines = new ArrayList<>(of(result.verdict()));
    if (result.strikes() > 0
        && result.strikes() < result.wanted()
        && result.wanted() < Integer.MAX_VALUE
        && result.account().isPresent()) {
      lines.add(
          Text.format(
              "ONLY %d OF %d STRIKES before the end: choose a longer job",
              result.strikes(), result.wanted()));
    }
    result.account().ifPresent(account -> lines.addAll(of(account)));
    return lines;
  }

  private static List<String> of(Verdict verdict) {
    return switch (verdict) {
      case Verdict.SameBits same ->
          List.of(
              "SAME BITS: "
                  + String.join(", ", same.compared())
                  + "   sha256 "
                  + same.sha256().substring(0, DIGITS_SHOWN));
      case Verdict.OtherBits other -> {
        List<String> lines = new ArrayList<>();
        lines.add("SURVIVED WITH OTHER BITS:");
        other.places().forEach(place -> lines.add("  " + place));
        yield lines;
      }
      case Verdict.DidNotSurvive not -> List.of("DID NOT SURVIVE: " + not.why());
      case Verdict.NothingShown nothing -> List.of("NOTHING SHOWN: " + nothing.why());
    };
  }

  private static List<String> of(Account account) {
    List<String> lines = new ArrayList<>();
    if (account.fromLedger()) {
      lines.add(
          Text.format(
              "%.1f s = useful %.1f + rework %.1f + checkpoints %.1f + restart %.1f + down %.1f%s;"
                  + " waste %.1f %% (by the store's ledger)",
              account.makespan(),
              account.useful(),
              account.rework(),
              account.checkpoint(),
              account.restart(),
              account.down(),
              account.suspended() > 0 ? Text.format(" + suspended %.1f", account.suspended()) : "",
              account.waste() * 100));
    } else {
      lines.add(
          Text.format(
              "%.1f s = useful %.1f + lost %.1f + down %.1f; waste %.1f %% (by the clock on the wall)",
              account.makespan(),
              account.useful(),
              account.rework(),
              account.down(),
              account.waste() * 100));
    }
    lines.add(
        account
            .forecast()
            .map(forecast -> expected(account, forecast))
            .orElse("no prediction: " + account.noForecast()));
    return lines;
  }

  private static String expected(Account account, Forecast f) {
    String expected =
        Text.format(
            "expected: waste %.1f %% (model), %.1f %% (simulation; 95 %% of such jobs %.1f to %.1f %%)",
            f.modelWaste() * 100,
            f.simulatedWaste() * 100,
            f.lowWaste() * 100,
            f.highWaste() * 100);
    if (account.agrees()) {
      return expected + ": agrees";
    }
    return expected
        + "\nDISAGREES: "
        + (account.waste() > f.highWaste() ? "more" : "less")
        + " was wasted than the simulation explains, with C "
        + Text.format(
            "%.2g s, L %.2g s, R %.2g s, D %.2g s, MTTF %.2f s, work interval %.2f s. One job in"
                + " twenty does by chance",
            f.costSeconds(),
            f.latencySeconds(),
            f.restartSeconds(),
            f.downSeconds(),
            f.mttfSeconds(),
            f.workIntervalSeconds());
  }

  static int code(Verdict verdict) {
    return switch (verdict) {
      case Verdict.SameBits same -> ExitCode.DONE;
      case Verdict.OtherBits other -> ExitCode.OTHER_BITS;
      case Verdict.DidNotSurvive not -> ExitCode.FAILED;
      case Verdict.NothingShown nothing -> ExitCode.FAILED;
    };
  }
}
