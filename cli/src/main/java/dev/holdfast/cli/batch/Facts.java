// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli.batch;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is known so far. The newest word on a thing counts; a failure to ask forgets nothing. */
final class Facts {
  private static final String ENDS = "ends";
  private static final String KILL_WAIT = "kill wait";

  private final Map<String, Fact> facts = new LinkedHashMap<>();
  private final Set<String> told = new LinkedHashSet<>();
  private final List<String> news = new ArrayList<>();
  private Optional<Instant> end = Optional.empty();
  private Optional<Duration> notice = Optional.empty();
  private Optional<Duration> killWait = Optional.empty();

  synchronized void tell(String name, String value, String source) {
    if (!value.isBlank()) {
      facts.put(name, new Fact(name, value.strip(), source));
    }
  }

  synchronized void end(Instant moment, String source) {
    Instant whole = moment.truncatedTo(ChronoUnit.SECONDS);
    end = Optional.of(whole);
    tell(ENDS, whole.toString(), source);
  }

  synchronized void noEnd(String source) {
    end = Optional.empty();
    tell(ENDS, "never", source);
  }

  synchronized void notice(Duration before, String what, String source) {
    notice = Optional.of(before);
    tell("notice", before.toSeconds() + " s, " + what, source);
  }

  synchronized void killWait(Duration wait, String source) {
    killWait = Optional.of(wait);
    tell(KILL_WAIT, wait.toSeconds() + " s", source);
  }

  /** A thing that could not be found out. What was known of it before stays. */
  synchronized void missing(String name, String why) {
    facts.putIfAbsent(name, new Fact(name, "", why));
  }

  /** A question that was not answered: for people, once. */
  synchronized void trouble(String name, String why) {
    missing(name, why);
    if (told.add(why)) {
      news.add(why);
    }
  }

  synchronized List<String> takeNews() {
    List<String> taken = List.copyOf(news);
    news.clear();
    return taken;
  }

  synchronized List<Fact> all() {
    return List.copyOf(facts.values());
  }

  synchronized Optional<Instant> end() {
    return end;
  }

  synchronized Optional<Duration> notice() {
    return notice;
  }

  synchronized Optional<Duration> killWait() {
    return killWait;
  }
}
