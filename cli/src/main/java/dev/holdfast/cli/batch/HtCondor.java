// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import dev.holdfast.cli.batch.Requeue.Possible;
import dev.holdfast.cli.batch.Requeue.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * HTCondor, by its documentation. It describes the job in a file, so no command is needed. A job
 * with {@code checkpoint_exit_code} that ends with that code is started again where it is.
 */
final class HtCondor implements Dialect {
  private final String file;
  private Map<String, String> ad;

  HtCondor(Map<String, String> environment) {
    this.file = environment.getOrDefault("_CONDOR_JOB_AD", "");
    this.ad = Map.of();
  }

  @Override
  public synchronized void environment(Facts facts) {
    try {
      ad = parse(Files.readString(Path.of(file)));
    } catch (IOException | InvalidPathException e) {
      facts.trouble("ends", "_CONDOR_JOB_AD: " + e);
      return;
    }
    String source = "_CONDOR_JOB_AD";
    tellEnd(facts, source);
    seconds("JobMaxVacateTime").ifPresent(wait -> facts.killWait(wait, source));
    facts.missing("notice", "HTCondor sends its signal when it takes the machine away");
    facts.tell("nodes", text("RemoteHost"), source);
    facts.tell("requeue exit codes", text("SuccessCheckpointExitCode"), source);
    facts.missing("requeue exit codes", "no checkpoint_exit_code in the submit description");
  }

  private void tellEnd(Facts facts, String source) {
    Optional<Duration> allowed =
        seconds("AllowedExecuteDuration").or(() -> seconds("AllowedJobDuration"));
    Optional<Duration> begin =
        seconds("JobCurrentStartExecutingDate").or(() -> seconds("JobCurrentStartDate"));
    if (allowed.isEmpty()) {
      facts.noEnd(source + ": no allowed_execute_duration");
    } else if (begin.isPresent()) {
      facts.end(Instant.EPOCH.plus(begin.get()).plus(allowed.get()), source);
    } else {
      facts.missing("ends", source + ": no start of the job");
    }
  }

  /** Lines such as {@code ClusterId = 12}; names in any case, as HTCondor has it. */
  private static Map<String, String> parse(String printed) {
    Map<String, String> found = new HashMap<>();
    for (String line : printed.lines().toList()) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        String name = line.substring(0, equals).strip().toLowerCase(Locale.ROOT);
        found.putIfAbsent(name, line.substring(equals + 1).strip());
      }
    }
    return found;
  }

  private String text(String attribute) {
    String value = ad.getOrDefault(attribute.toLowerCase(Locale.ROOT), "");
    return value.equalsIgnoreCase("undefined") ? "" : value.replace("\"", "");
  }

  private Optional<Duration> seconds(String attribute) {
    return Lengths.seconds(text(attribute));
  }

  @Override
  public void ask(Asking asking, Facts facts) {
    environment(facts);
  }

  @Override
  public List<Possible> ways(Asking asking, Requeue.Wish wish) {
    return List.of(new Possible(Way.REQUEUE, false, "HTCondor does it by checkpoint_exit_code"));
  }

  @Override
  public synchronized List<Integer> requeueCodes() {
    String code = text("SuccessCheckpointExitCode");
    return code.matches("\\d{1,3}") ? List.of(Integer.parseInt(code)) : List.of();
  }
}
