// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.simulator.drill.Account;
import dev.holdfast.simulator.drill.DrillEvent;
import dev.holdfast.simulator.drill.DrillPlan;
import dev.holdfast.simulator.drill.DrillResult;
import dev.holdfast.simulator.drill.Forecast;
import dev.holdfast.simulator.drill.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a drill has found, for programs: schema holdfast.drill/1. */
final class DrillJson {
  private final List<Object> attempts = new ArrayList<>();

  /** Remembers an event; prints nothing. */
  String add(DrillEvent event) {
    Map<String, Object> json = new LinkedHashMap<>();
    switch (event) {
      case DrillEvent.ReferenceEnded e -> {
        return ""; // is in the result
      }
      case DrillEvent.Struck e -> {
        json.put("attempt", e.attempt());
        json.put("end", lower(e.signal()));
        json.put("at_s", e.atSeconds());
        json.put("doing", lower(e.doing()));
        if (e.writing() > 0) {
          json.put("writing_version", e.writing());
        }
        e.newest()
            .ifPresent(newest -> {
              json.put("newest_version", newest.number());
              json.put("newest_step", newest.step());
            });
        json.put("lost_s", e.lostSeconds());
        if (e.code() >= 0) {
          json.put("code", e.code());
        }
      }
      case DrillEvent.Ended e -> {
        json.put("attempt", e.attempt());
        json.put("end", e.code() == 0 ? "complete" : "itself");
        json.put("at_s", e.atSeconds());
        json.put("code", e.code());
        if (!e.message().isEmpty()) {
          json.put("message", e.message());
        }
      }
    }
    attempts.add(json);
    return "";
  }

  String of(DrillPlan plan, DrillResult result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", "holdfast.drill/1");
    json.put("command", plan.command());
    json.put("seed", plan.seed());
    Map<String, Object> details = new LinkedHashMap<>();
    json.put("outcome", outcome(result.verdict(), details));
    json.putAll(details);
    json.put("reference_s", result.referenceSeconds());
    json.put("attempts", result.attempts());
    json.put("strikes", result.strikes());
    json.put("ends", attempts);
    result.account().ifPresent(account -> json.put("account", account(account)));
    return Json.of(json);
  }

  private static String outcome(Verdict verdict, Map<String, Object> json) {
    return switch (verdict) {
      case Verdict.SameBits same -> {
        json.put("compared", same.compared());
        json.put("sha256", same.sha256());
        yield "same-bits";
      }
      case Verdict.OtherBits other -> {
        json.put("places", other.places());
        yield "other-bits";
      }
      case Verdict.DidNotSurvive not -> {
        json.put("why", not.why());
        yield "did-not-survive";
      }
      case Verdict.NothingShown nothing -> {
        json.put("why", nothing.why());
        yield "nothing-shown";
      }
    };
  }

  private static Map<String, Object> account(Account account) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("source", account.fromLedger() ? "ledger" : "clock");
    json.put("makespan_s", account.makespan());
    Map<String, Object> breakdown = new LinkedHashMap<>();
    breakdown.put("useful_s", account.useful());
    breakdown.put("rework_s", account.rework());
    breakdown.put("checkpoint_s", account.checkpoint());
    breakdown.put("restart_s", account.restart());
    breakdown.put("down_s", account.down());
    breakdown.put("suspended_s", account.suspended());
    json.put("breakdown", breakdown);
    json.put("waste", account.waste());
    account
        .forecast()
        .ifPresentOrElse(
            forecast -> {
              json.put("expected", forecast(forecast));
              json.put("agrees", account.agrees());
            },
            () -> json.put("no_prediction", account.noForecast()));
    return json;
  }

  private static Map<String, Object> forecast(Forecast forecast) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("cost_s", forecast.costSeconds());
    json.put("latency_s", forecast.latencySeconds());
    json.put("restart_s", forecast.restartSeconds());
    json.put("downtime_s", forecast.downSeconds());
    json.put("mttf_s", forecast.mttfSeconds());
    json.put("work_interval_s", forecast.workIntervalSeconds());
    json.put("model_waste", forecast.modelWaste());
    json.put("simulated_waste", forecast.simulatedWaste());
    json.put("interval95_waste", List.of(forecast.lowWaste(), forecast.highWaste()));
    return json;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
