// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import dev.holdfast.storage.Retention.Kept;
import dev.holdfast.storage.format.VersionInfo.FileRef;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** When a version must store every block, so that old files can go (docs/format/retention.md). */
final class FullRule {
  /** A family of more deltas than this is followed by a full version. */
  private static final int GENERATIONS_MAX = 32;

  /** Below this share of living bytes in the files a version needs, a full version follows. */
  private static final double LIVE_SHARE_MIN = 0.5;

  private final StoreOptions options;

  FullRule(StoreOptions options) {
    this.options = options;
  }

  /**
   * Whether the version after {@code base} is to be a full one.
   *
   * @param versions all that are in the log
   * @param damaged those of them found damaged
   */
  boolean wants(@Nullable Base base, Collection<Kept> versions, Set<Long> damaged) {
    if (base == null || (options.spare() && !hasSpare(versions, damaged))) {
      return true;
    }
    return base.info().family().generation() >= GENERATIONS_MAX
        || deltasOutweighFull(base.info().family().number(), versions)
        || tooOld(base)
        || liveShare(base) < LIVE_SHARE_MIN;
  }

  private static boolean hasSpare(Collection<Kept> versions, Set<Long> damaged) {
    return versions.stream()
            .filter(version -> !damaged.contains(version.number()))
            .mapToLong(Kept::family)
            .distinct()
            .count()
        >= 2;
  }

  private static boolean deltasOutweighFull(long family, Collection<Kept> versions) {
    long full = 0;
    long deltas = 0;
    for (Kept version : versions) {
      if (version.family() == family) {
        full += version.full() ? version.fileBytes() : 0;
        deltas += version.full() ? 0 : version.fileBytes();
      }
    }
    return deltas > full;
  }

  private boolean tooOld(Base base) {
    long oldest = base.own().createdEpochMs();
    for (FileRef ref : base.refs()) {
      oldest = Math.min(oldest, ref.createdEpochMs());
    }
    return options.time().epochMs() - oldest > options.maxFileAge().toMillis();
  }

  private static double liveShare(Base base) {
    long total = 0;
    long live = 0;
    for (Map.Entry<FileRef, Long> file : base.liveBytes().entrySet()) {
      total += file.getKey().bytes();
      live += file.getValue();
    }
    return total == 0 ? 1 : (double) live / total;
  }
}
