// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.FileFinder.Found;
import dev.holdfast.storage.io.FileStamp;
import dev.holdfast.storage.io.Time;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells which restart files make up a whole state: all that match, each of them whole.
 *
 * <p>A file that is not whole holds up the others, because a version must not mix files of two
 * states. One exception: where markers or {@code latest} say that files stand for themselves, one
 * under a new name is left out until it is whole; then the version is what a program would find if
 * it had been killed while writing that file.
 */
final class FileWatch {
  /** Time stamps of older kernels stand still for up to 10 ms; what happened since shows later. */
  private static final long TICK_NS = 50_000_000;

  private final RestartFiles files;
  private final Patterns patterns;
  private final FileFinder finder;
  private final Time time;
  private final Map<String, Seen> seen = new HashMap<>();

  private record Seen(FileStamp stamp, long sinceNs) {}

  FileWatch(RestartFiles files, Patterns patterns, FileFinder finder, Time time) {
    this.files = files;
    this.patterns = patterns;
    this.finder = finder;
    this.time = time;
  }

  /**
   * What a look has shown.
   *
   * @param all every file that matches, with its stamp
   * @param whole files that make up a whole state; empty while there are none
   * @param obstacle why there are none, in words; empty when there are
   * @param quietNs how long nothing has changed
   */
  record Sight(NavigableMap<String, FileStamp> all, FileSet whole, String obstacle, long quietNs) {}

  /**
   * Looks at the files.
   *
   * @param committed what the newest version holds
   * @param toldNs when the program last said that all is written, by the file server's clock; 0 for
   *     never
   * @param ended whether the program has ended in good order, so that nothing will change
   */
  Sight look(FileSet committed, long toldNs, boolean ended) throws IOException {
    List<Found> state = finder.state();
    List<Found> markers = finder.markers();
    NavigableMap<String, FileStamp> all = new TreeMap<>();
    markers.forEach(file -> all.put(file.name(), file.stamp()));
    state.forEach(file -> all.put(file.name(), file.stamp()));
    remember(all);
    Choice choice = new Choice(markers, committed, toldNs, ended);
    state.forEach(choice::add);
    return new Sight(all, choice.whole(), choice.obstacle, quietNs(all.keySet()));
  }

  private void remember(Map<String, FileStamp> all) {
    long now = time.nanoTime();
    seen.keySet().retainAll(all.keySet());
    all.forEach((name, stamp) -> {
      Seen before = seen.get(name);
      if (before == null || !before.stamp().equals(stamp)) {
        seen.put(name, new Seen(stamp, now));
      }
    });
  }

  private long quietNs(Set<String> names) {
    long now = time.nanoTime();
    return names.stream().mapToLong(name -> sinceNs(name, now)).min().orElse(Long.MAX_VALUE);
  }

  private long sinceNs(String name, long now) {
    Seen last = seen.get(name);
    return last == null ? 0 : now - last.sinceNs();
  }

  /** Nothing that was seen before counts as quiet time: the program may have stood still. */
  void forgetQuiet() {
    long now = time.nanoTime();
    seen.replaceAll((name, last) -> new Seen(last.stamp(), now));
  }

  /** The files of one state, being chosen. */
  private final class Choice {
    private final Map<List<Object>, Found> markerOf = new HashMap<>();
    private final NavigableMap<String, FileStamp> committed;
    private final long toldNs;
    private final boolean ended;
    private final Map<Integer, Map<List<String>, List<Found>>> groups = new LinkedHashMap<>();
    private final Set<List<Object>> torn = new HashSet<>();
    private final Set<Integer> matched = new HashSet<>();
    private String obstacle = "";

    Choice(List<Found> markers, FileSet committed, long toldNs, boolean ended) {
      markers.forEach(one -> markerOf.put(List.of(one.pattern(), one.texts()), one));
      this.committed = committed.all();
      this.toldNs = toldNs;
      this.ended = ended;
    }

    private @Nullable Found marker(Found file) {
      return markerOf.get(List.of(file.pattern(), patterns.key(file.pattern(), file.texts())));
    }

    void add(Found file) {
      matched.add(file.pattern());
      String lacks = lacks(file);
      List<String> group =
          patterns.marked() ? patterns.key(file.pattern(), file.texts()) : List.of(file.name());
      if (lacks.isEmpty()) {
        groups
            .computeIfAbsent(file.pattern(), p -> new LinkedHashMap<>())
            .computeIfAbsent(group, g -> new ArrayList<>())
            .add(file);
      } else if (committed.containsKey(file.name()) || !standsForItself()) {
        obstacle = obstacle.isEmpty() ? lacks : obstacle;
      } else if (!group.isEmpty()) {
        torn.add(List.of(file.pattern(), group)); // the files of a marker are whole together
      }
    }

    private boolean standsForItself() {
      return patterns.marked() || files.latest() > 0;
    }

    /** What a file lacks to be whole; empty when it is. */
    private String lacks(Found file) {
      if (!patterns.marked()) {
        boolean quiet = sinceNs(file.name(), time.nanoTime()) >= files.settle().toNanos();
        boolean told = file.stamp().modifiedNs() <= toldNs && isPast(toldNs);
        boolean known = isCommitted(file);
        return ended || quiet || told || known ? "" : file.name() + " has changed lately";
      }
      Found marker = marker(file);
      if (marker == null) {
        return file.name() + " has no marker " + patterns.done().get(file.pattern()) + " yet";
      }
      if (marker.stamp().modifiedNs() < file.stamp().modifiedNs()) {
        return file.name() + " is newer than its marker " + marker.name();
      }
      boolean past = isPast(marker.stamp().modifiedNs());
      return ended || past ? "" : marker.name() + " has just been written";
    }

    /** Such as a file that was put back at the start and not written since. */
    private boolean isCommitted(Found file) {
      FileStamp held = committed.get(file.name());
      return held != null && held.sameContent(file.stamp());
    }

    private boolean isPast(long serverNs) {
      return time.epochMs() * 1_000_000 - serverNs >= TICK_NS;
    }

    FileSet whole() {
      NavigableMap<String, FileStamp> state = new TreeMap<>();
      NavigableMap<String, FileStamp> markers = new TreeMap<>();
      for (int pattern = 0; pattern < patterns.state().size() && obstacle.isEmpty(); pattern++) {
        Map<List<String>, List<Found>> ofPattern =
            new LinkedHashMap<>(groups.getOrDefault(pattern, Map.of()));
        int position = pattern;
        ofPattern.keySet().removeIf(group -> torn.contains(List.of(position, group)));
        List<Found> chosen = newest(ofPattern);
        if (chosen.isEmpty()) {
          String text = patterns.state().get(pattern).toString();
          obstacle =
              matched.contains(pattern)
                  ? "no file of " + text + " is whole yet"
                  : "no file matches " + text;
        }
        for (Found file : chosen) {
          state.put(file.name(), file.stamp());
          Found marker = marker(file);
          if (marker != null) {
            markers.put(marker.name(), marker.stamp());
          }
        }
      }
      return obstacle.isEmpty() ? new FileSet(state, markers) : FileSet.NONE;
    }

    private List<Found> newest(Map<List<String>, List<Found>> ofPattern) {
      long wanted = files.latest() == 0 ? Long.MAX_VALUE : files.latest();
      return ofPattern.values().stream()
          .sorted(Comparator.comparingLong(FileWatch::newestNs).reversed())
          .limit(wanted)
          .flatMap(List::stream)
          .toList();
    }
  }

  private static long newestNs(List<Found> group) {
    return group.stream().mapToLong(file -> file.stamp().modifiedNs()).max().orElse(0);
  }
}
