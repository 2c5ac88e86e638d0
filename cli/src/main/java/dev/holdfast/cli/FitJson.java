// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import dev.holdfast.policy.fit.Estimate;
import dev.holdfast.policy.fit.Fit;
import dev.holdfast.policy.fit.FitReport;
import dev.holdfast.policy.fit.LawFamily;
import dev.holdfast.policy.fit.Sample;
import dev.holdfast.policy.logs.ReadReport;
import dev.holdfast.policy.logs.Selection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The schema holdfast.fit/1. Keys end in their unit; {@code log_likelihood} and {@code aic} are of
 * densities per {@code likelihood_time_unit}. Intervals are of 95 %.
 */
final class FitJson {
  private static final double HOUR_SECONDS = 3600;

  private FitJson() {}

  static Map<String, Object> of(FitAnswer answer) {
    FitReport report = answer.report();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("schema", "holdfast.fit/1");
    json.put("file", answer.file().toString());
    json.put("format", answer.log().format().id());
    json.put("selection", selection(answer.options().selection()));
    json.put("read", read(answer.log().report()));
    if (answer.hasEvents()) {
      json.put("events", answer.log().events().size());
      json.put("coalescing_window_s", answer.window().toNanos() / 1e9);
    }
    json.put("sample", sample(report.sample()));
    if (answer.countsNodes()) {
      json.put("node_time_s", answer.nodeSeconds());
      json.put("node_mttf_s", answer.nodeSeconds() / report.sample().failures());
    }
    put(json, report.mttf());
    json.put("recommended_law", report.recommended().family().id());
    json.put("likelihood_time_unit", "h");
    json.put("laws", report.fits().stream().map(fit -> law(report, fit)).toList());
    Map<String, Object> bootstrap = new LinkedHashMap<>();
    bootstrap.put("replicates", report.bootstrap().replicates());
    bootstrap.put("seed", report.bootstrap().seed());
    json.put("bootstrap", bootstrap);
    List<FitAnswer.Alternative> alternatives = answer.alternatives();
    json.put("sensitivity", alternatives.stream().map(FitJson::alternative).toList());
    json.put("verdict", answer.verdict(alternatives));
    return json;
  }

  private static Map<String, Object> selection(Selection selection) {
    Map<String, Object> json = new LinkedHashMap<>();
    selection.system().ifPresent(system -> json.put("system", system));
    selection.node().ifPresent(node -> json.put("node", node));
    if (Double.isFinite(selection.fromEpochSeconds())) {
      json.put("from_epoch_s", selection.fromEpochSeconds());
    }
    if (Double.isFinite(selection.toEpochSeconds())) {
      json.put("to_epoch_s", selection.toEpochSeconds());
    }
    return json;
  }

  private static Map<String, Object> read(ReadReport report) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rows", report.rows());
    json.put("accepted", report.accepted());
    json.put("passed_over", report.passedOver());
    json.put("rejected", report.rejected());
    List<Object> first = new ArrayList<>();
    for (ReadReport.RejectedRow row : report.firstRejected()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("line", row.line());
      entry.put("reason", row.reason());
      entry.put("value", row.value());
      first.add(entry);
    }
    json.put("first_rejected", first);
    return json;
  }

  private static Map<String, Object> sample(Sample sample) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("failures", sample.failures());
    json.put("censored", sample.censored());
    json.put("total_s", sample.totalSeconds());
    json.put("mean_s", sample.meanSeconds());
    return json;
  }

  private static Map<String, Object> law(FitReport report, Fit fit) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("law", fit.family().id());
    fit.parameters().forEach(parameter -> put(json, parameter));
    if (fit.family() == LawFamily.LOGNORMAL) {
      json.put("median_s", Math.exp(fit.parameters().getFirst().value()));
    }
    put(json, fit.mttf());
    json.put("log_likelihood", fit.logLikelihood(HOUR_SECONDS));
    json.put("aic", fit.aic(HOUR_SECONDS));
    json.put("aic_difference", report.behindBest(fit));
    json.put("ks_distance", fit.distance());
    fit.pValue().ifPresent(p -> json.put("p_value", p));
    return json;
  }

  private static void put(Map<String, Object> json, Estimate estimate) {
    String name = estimate.name();
    boolean time = name.endsWith("Seconds");
    String stem = time ? name.substring(0, name.length() - "Seconds".length()) : name;
    String unit = time ? "_s" : name.equals("mu") ? "_ln_s" : "";
    json.put(stem + unit, estimate.value());
    json.put(stem + "_low" + unit, estimate.low());
    json.put(stem + "_high" + unit, estimate.high());
  }

  private static Map<String, Object> alternative(FitAnswer.Alternative alternative) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("window_s", alternative.window().toNanos() / 1e9);
    json.put("gaps", alternative.report().sample().failures());
    json.put("mean_s", alternative.report().sample().meanSeconds());
    json.put("best_law", alternative.bestLaw());
    alternative
        .weibull()
        .ifPresent(weibull -> {
          json.put("weibull_shape", weibull.shape());
          json.put("weibull_scale_s", weibull.scaleSeconds());
        });
    return json;
  }
}
