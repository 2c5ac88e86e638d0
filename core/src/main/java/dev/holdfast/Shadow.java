// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.RegionSchema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The shadows of all regions in one memory: what was captured last, and what is owed. */
final class Shadow implements AutoCloseable {
  /** Blocks compared again after a capture, when not all are. */
  private static final int SAMPLED_BLOCKS_MAX = 64;

  /**
   * One block in so many is compared again, so that a small state pays no more than a large one.
   */
  private static final int SAMPLED_BLOCKS_SHARE = 32;

  /** Makes the sample begin elsewhere each time; any odd number does. */
  private static final long SAMPLE_STEP = 0x9e37_79b9L;

  private final long memoryBytes;
  private final long poolBytes;
  private final CaptureTeam team;
  private final ShadowMemory memory;
  private final Spares spares;
  private final List<Entry> entries = new ArrayList<>();
  private @Nullable List<RegionSource> sources;
  private long captures;
  private boolean exhausted;

  /** A region and what tracks its parts. */
  private record Entry(Region region, List<TrackedPart> parts) {}

  /**
   * @param memoryBytes what it may have, spare slots included
   * @param poolBytes what of it old slots may have
   */
  Shadow(long memoryBytes, long poolBytes, CaptureTeam team) {
    this.team = team;
    this.memoryBytes = memoryBytes;
    this.poolBytes = poolBytes;
    memory = new ShadowMemory(memoryBytes);
    spares = new Spares(memory, poolBytes);
  }

  void add(Region region) {
    List<TrackedPart> parts =
        region.parts().stream().map(part -> new TrackedPart(part, memory, spares, team)).toList();
    entries.add(new Entry(region, parts));
    sources = null;
  }

  /** What the writer of the newest capture reads. */
  List<RegionSource> sources() {
    if (sources == null) {
      List<RegionSource> all = new ArrayList<>();
      entries.forEach(entry -> entry.parts.forEach(part -> all.add(part.source())));
      sources = Collections.unmodifiableList(all);
    }
    return sources;
  }

  long sizeBytes() {
    return memory.sizeBytes();
  }

  int slabCount() {
    return memory.slabCount();
  }

  long owedBytes() {
    long bytes = 0;
    for (Entry entry : entries) {
      for (TrackedPart part : entry.parts) {
        bytes += part.owedBytes();
      }
    }
    return bytes;
  }

  /** What slots for all regions need, as they were last looked at. */
  private long neededBytes() {
    long bytes = 0;
    for (Entry entry : entries) {
      for (TrackedPart part : entry.parts) {
        bytes += part.neededBytes();
      }
    }
    return bytes;
  }

  /** Whether a restart maps any of it, and should not take as long as to fill a shadow. */
  private boolean isMapped() {
    return entries.stream()
        .anyMatch(entry -> entry.parts.stream().anyMatch(part -> part.part().isMappable()));
  }

  /**
   * Gives every block of the regions, as they were last looked at, a slot.
   *
   * @param use what the memory is taken for, where nothing is mapped; spare slots beside it are for
   *     captures
   * @return false when the memory does not suffice: this shadow is then of no more use, and a new
   *     one only when {@link #fitsAnew}
   */
  boolean fit(ShadowMemory.Use use) {
    if (exhausted) {
      return false;
    }
    if (memory.slabCount() == 0) {
      long needed = neededBytes();
      if (needed > memoryBytes) {
        return false;
      }
      boolean mapped = isMapped();
      memory.reserve(needed, mapped ? ShadowMemory.Use.SPARSE : use);
      memory.reserve(
          Math.min(poolBytes, needed), mapped ? ShadowMemory.Use.SPARSE : ShadowMemory.Use.TOUCHED);
    }
    for (Entry entry : entries) {
      for (TrackedPart part : entry.parts) {
        if (!part.resize()) {
          exhausted = true;
          return false;
        }
      }
    }
    return true;
  }

  /** Whether slots cut anew would suffice, where those there are have the wrong sizes. */
  boolean fitsAnew() {
    return memory.slabCount() > 0 && neededBytes() <= memoryBytes;
  }

  /** The newest capture is being written while the next is made. */
  void beginBeside() {
    entries.forEach(entry -> entry.parts.forEach(TrackedPart::beginBeside));
    sources = null;
  }

  /** The capture that was being written beside the newest one has ended. */
  void endWritten(boolean committed) {
    entries.forEach(entry -> entry.parts.forEach(part -> part.endWritten(committed)));
  }

  /**
   * Looks at all regions and copies the blocks that have changed.
   *
   * @param awaitWritten waits for the end of the capture that is being written, if there is one
   * @return false when a region has grown beyond the memory: see {@link #fit}
   */
  boolean capture(Runnable awaitWritten) {
    captures++;
    boolean anyChanged = false;
    for (Entry entry : entries) {
      entry.region.refresh();
      for (TrackedPart part : entry.parts) {
        if (part.isOutdated()) {
          awaitWritten.run();
        }
        boolean resized = part.hasOtherSize();
        if (!part.resize()) {
          exhausted = true;
          return false;
        }
        boolean changed = part.capture();
        if (part.starved()) {
          awaitWritten.run();
          changed |= part.capture();
        }
        if (changed || resized) {
          entry.region.noteChange();
          anyChanged = true;
        }
      }
    }
    if (anyChanged) {
      entries.forEach(entry -> entry.region.noteCapture());
    }
    return true;
  }

  /**
   * Compares blocks with the program's memory again.
   *
   * @param all all of them; otherwise a small sample, and none of encoded objects, because they
   *     would have to be encoded twice
   * @throws ConcurrentWriteException when one differs: no thread may have written meanwhile
   * @throws UndeclaredChangeException when it is one whose changes the program declares
   */
  void recheck(boolean all) {
    long blocks = 0;
    for (Entry entry : entries) {
      blocks += blocksToCheck(entry, all);
    }
    long samples = Math.min(SAMPLED_BLOCKS_MAX, 1 + blocks / SAMPLED_BLOCKS_SHARE);
    long stride = all ? 1 : Math.max(1, blocks / samples);
    long next = Math.floorMod(captures * SAMPLE_STEP, stride);
    long first = 0;
    for (Entry entry : entries) {
      long behind = first + blocksToCheck(entry, all);
      if (next < behind) {
        entry.region.refreshAgain();
        next = recheck(entry, first, next, stride);
      }
      first = behind;
    }
  }

  private static long blocksToCheck(Entry entry, boolean all) {
    if (!all && entry.region.mainSchema().elementType() == ElementType.OPAQUE) {
      return 0;
    }
    long blocks = 0;
    for (TrackedPart part : entry.parts) {
      blocks += part.blockCount();
    }
    return blocks;
  }

  private static long recheck(Entry entry, long first, long from, long stride) {
    long next = from;
    long base = first;
    for (TrackedPart part : entry.parts) {
      for (; next < base + part.blockCount(); next += stride) {
        long offset = part.firstDifference((int) (next - base));
        if (offset >= 0) {
          if (part.watch().declared()) {
            part.distrust(); // nobody will say again what was not said
            throw WriterReport.undeclared(part.schema(), offset);
          }
          throw WriterReport.changed(part.schema(), offset);
        }
      }
      base += part.blockCount();
    }
    return next;
  }

  /** Fills shadow and program; what the version stores in blocks of another size stays owed. */
  void restore(StoredRegions stored) {
    List<TrackedPart> alike = new ArrayList<>();
    for (Entry entry : entries) {
      for (TrackedPart part : entry.parts) {
        RegionSchema there = stored.find(part.schema().name());
        if (there != null && there.blockLog2() == part.schema().blockLog2()) {
          part.restore(stored.version(), stored.index(there.name()));
          alike.add(part);
        } else {
          part.distrust();
          stored.fill(part.part());
        }
      }
    }
    stored.version().await();
    alike.forEach(TrackedPart::restored);
  }

  /** Nothing is known any more and everything is owed: a restore has failed half-way. */
  void distrust() {
    entries.forEach(entry -> entry.parts.forEach(TrackedPart::distrust));
  }

  /**
   * Ends a capture.
   *
   * @param committed whether a version holds every block that was owed
   */
  void endCapture(boolean committed) {
    for (Entry entry : entries) {
      for (TrackedPart part : entry.parts) {
        part.endCapture(committed);
      }
    }
  }

  /** What the program has paid since the last capture for having been told of written pages. */
  FirstWrites firstWrites() {
    long pages = 0;
    long ns = 0;
    for (Entry entry : entries) {
      for (TrackedPart part : entry.parts) {
        pages += part.watch().firstWrites();
        ns += part.watch().firstWriteNs();
      }
    }
    return new FirstWrites(pages, ns);
  }

  @Override
  public void close() {
    entries.forEach(entry -> entry.parts.forEach(TrackedPart::close));
    memory.close();
  }
}
