// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code scontrol show config} says that matters here.
 *
 * @param killWait between TERM and KILL
 * @param maxRequeues after so many automatic requeues a job is held; printed since Slurm 23.02
 * @param requeueExit exit codes by which a job is requeued
 */
record SlurmSite(Optional<Duration> killWait, OptionalLong maxRequeues, List<Integer> requeueExit) {
  static final SlurmSite UNKNOWN = new SlurmSite(Optional.empty(), OptionalLong.empty(), List.of());

  private static final Pattern RANGE = Pattern.compile("(\\d{1,3})(?:-(\\d{1,3}))?");

  static SlurmSite parse(String printed) {
    Optional<Duration> wait =
        value(printed, "KillWait").flatMap(v -> Lengths.seconds(v.replaceFirst(" sec$", "")));
    Optional<Duration> most = value(printed, "MaxBatchRequeue").flatMap(Lengths::seconds);
    return new SlurmSite(
        wait,
        most.isPresent() ? OptionalLong.of(most.get().toSeconds()) : OptionalLong.empty(),
        codes(value(printed, "RequeueExit").orElse("")));
  }

  private static Optional<String> value(String printed, String name) {
    return printed
        .lines()
        .map(line -> line.split("\\s*=\\s*", 2))
        .filter(parts -> parts.length == 2 && parts[0].strip().equals(name))
        .map(parts -> parts[1].strip())
        .findFirst();
  }

  /** Such as {@code 85}, {@code 75,85} and {@code 80-85}; 0 would be success. */
  private static List<Integer> codes(String text) {
    List<Integer> codes = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      Matcher range = RANGE.matcher(part.strip());
      if (range.matches()) {
        int first = Integer.parseInt(range.group(1));
        int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
        for (int code = Math.max(first, 1); code <= Math.min(last, 255); code++) {
          codes.add(code);
        }
      }
    }
    return codes;
  }
}
