// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import dev.holdfast.storage.RegionSource;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All protected state of a program: captured at a boundary, filled at a restart.
 *
 * <p>A capture compares every block with its {@linkplain Shadow shadow} and copies those that
 * differ; where the kernel tells which pages were written ({@link PageWatch}), no others. This is
 * the only time the loop is blocked. Where the shadow does not fit the memory budget, the state is
 * {@link #blocking}: instead of a shadow there is a hash of each block ({@link HashedPart}), a
 * capture copies nothing, and what has changed is read from the program's own memory while the loop
 * waits. A state that has become blocking stays so.
 *
 * <p>A capture may be made while the one before is being written, as far as spare slots suffice for
 * what has changed meanwhile; then it waits for the end of that one. A third is not made.
 *
 * <p>The thread of the loop calls everything here; only a capture's end may come from another, that
 * of the earlier one first.
 */
final class ProtectedState implements AutoCloseable {
  private static final long IDLE_BYTES_MIN = 4096;
  private static final int IDLE_CAPTURES = 3;

  /** To fit the shadow, to fit it again after growth, and to capture. */
  private static final int ATTEMPTS = 3;

  private final long memoryBytes;
  private final long poolBytes;
  private final boolean checkWriters;
  private final CaptureTeam team;
  private final Map<String, Region> regions = new LinkedHashMap<>();
  private final List<HashedPart> hashed = new ArrayList<>();
  private final EncodeBuffer encodeBuffer = new EncodeBuffer();
  private final Scratch scratch = new Scratch();
  private @Nullable Shadow shadow;
  private boolean fitted;

  /** Whoever makes a capture or ends one holds it. */
  private final Object captures = new Object();

  /** The newest capture, until it ends. */
  private @Nullable Capture open;

  /** The one before, until it ends. */
  private @Nullable Capture written;

  /**
   * Creates a state without regions.
   *
   * @param memoryBytes what the shadow may have, spare buffers included
   * @param poolBytes what of it may hold the previous bytes of changed blocks
   * @param checkWriters whether every block is compared again after a capture, to find other
   *     threads that write; otherwise a sample is
   * @param threads how many may look for changes at once
   */
  ProtectedState(long memoryBytes, long poolBytes, boolean checkWriters, int threads) {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new UnsupportedOperationException(
          "Holdfast stores little-endian numbers and runs on little-endian machines only");
    }
    this.memoryBytes = memoryBytes;
    this.poolBytes = poolBytes;
    this.checkWriters = checkWriters;
    this.team = new CaptureTeam(threads);
    this.shadow = new Shadow(memoryBytes, poolBytes, team);
  }

  /**
   * Adds a declaration.
   *
   * @throws IllegalArgumentException when its name is taken; names both declarations
   */
  void add(Region region) {
    requireNoCapture();
    Region taken = regions.get(region.name());
    if (taken != null) {
      throw new IllegalArgumentException(
          "region %s is declared twice: as %s and as %s; give one of them another name, or a scope"
              .formatted(
                  region.name(),
                  Schemas.inWords(taken.mainSchema()),
                  Schemas.inWords(region.mainSchema())));
    }
    region.shareBuffer(encodeBuffer);
    regions.put(region.name(), region);
    region.parts().forEach(part -> hashed.add(new HashedPart(part, scratch)));
    if (shadow != null) {
      shadow.add(region);
    }
    fitted = false;
  }

  int regionCount() {
    return regions.size();
  }

  /** The size of the state now, in bytes; looks at every region. */
  long sizeBytes() {
    regions.values().forEach(Region::refresh);
    long bytes = describedBytes();
    regions.values().forEach(Region::release);
    return bytes;
  }

  private long describedBytes() {
    long bytes = 0;
    for (RegionSource source : hashed) {
      bytes += source.schema().sizeBytes();
    }
    return bytes;
  }

  /** The native memory of the shadow and its spare buffers. */
  long shadowBytes() {
    return shadow == null ? 0 : shadow.sizeBytes();
  }

  int slabCount() {
    return shadow == null ? 0 : shadow.slabCount();
  }

  /** What the shadow may have. */
  long memoryBytes() {
    return memoryBytes;
  }

  /** Whether the shadow does not fit, so that the loop must wait until a version is written. */
  boolean blocking() {
    return shadow == null;
  }

  private void requireNoCapture() {
    synchronized (captures) {
      require(open == null && written == null);
    }
  }

  private static void require(boolean free) {
    if (!free) {
      throw new IllegalStateException("a capture is open: end it with committed() or failed()");
    }
  }

  /**
   * Takes the memory that the first capture will need, and finds out whether it will be {@link
   * #blocking}, so that the loop does not wait for new pages then. Not needed before {@link
   * #restore}.
   */
  void prepare() {
    requireNoCapture();
    regions.values().forEach(Region::refresh);
    fitShadow(ShadowMemory.Use.TOUCHED);
    regions.values().forEach(Region::release);
  }

  /** Gives every block a slot, in a new shadow if slots of other sizes are in the way; or none. */
  private void fitShadow(ShadowMemory.Use use) {
    fitted = true;
    if (shadow == null || shadow.fit(use)) {
      return;
    }
    boolean again = shadow.fitsAnew();
    shadow.close();
    shadow = null;
    if (again) {
      Shadow anew = new Shadow(memoryBytes, poolBytes, team);
      regions.values().forEach(anew::add);
      if (anew.fit(use)) {
        shadow = anew;
      } else {
        anew.close();
      }
    }
  }

  /**
   * Captures the state. At most one capture may be open before; of a {@link #blocking} state none.
   *
   * @throws ConcurrentWriteException when another thread wrote meanwhile; the blocks stay owed
   * @throws IllegalStateException when a region cannot be captured; names it
   */
  Capture capture() {
    synchronized (captures) {
      require(written == null && (open == null || shadow != null));
      if (open != null && shadow != null) {
        written = open;
        open = null;
        shadow.beginBeside();
      }
      open = make();
      return open;
    }
  }

  private Capture make() {
    try {
      captureIntoShadow();
      if (shadow != null) {
        shadow.recheck(checkWriters);
        regions.values().forEach(Region::release);
      } else {
        regions.values().forEach(Region::refresh);
        hashed.forEach(HashedPart::capture);
      }
    } catch (RuntimeException | Error e) {
      awaitWritten();
      endCapture(false);
      throw e;
    }
    Shadow into = shadow;
    List<RegionSource> sources =
        into == null ? Collections.unmodifiableList(hashed) : into.sources();
    long stateBytes = describedBytes();
    long changedBytes =
        into == null ? hashed.stream().mapToLong(HashedPart::owedBytes).sum() : into.owedBytes();
    FirstWrites firstWrites = into == null ? FirstWrites.NONE : into.firstWrites();
    return new Capture(this, sources, stateBytes, changedBytes, firstWrites);
  }

  /** Waits until the capture before has ended, whose end needs the lock that the caller holds. */
  private void awaitWritten() {
    Uninterrupted.until(() -> written == null, captures::wait);
  }

  private void captureIntoShadow() {
    for (int attempt = 0; attempt < ATTEMPTS && shadow != null; attempt++) {
      if (fitted && shadow.capture(this::awaitWritten)) {
        return;
      }
      awaitWritten(); // slots are about to move
      regions.values().forEach(Region::refresh);
      fitShadow(ShadowMemory.Use.FILLED);
    }
    if (shadow != null) {
      shadow.close();
      shadow = null;
    }
  }

  void end(Capture capture, boolean committed) {
    synchronized (captures) {
      if (written != null && written == capture) {
        Objects.requireNonNull(shadow).endWritten(committed);
        written = null;
        captures.notifyAll();
      } else if (written == null && open == capture) {
        endCapture(committed);
        open = null;
      } else {
        throw new IllegalStateException(
            "this capture has ended already, or an earlier one has not");
      }
    }
  }

  private void endCapture(boolean committed) {
    if (shadow != null) {
      shadow.endCapture(committed);
    } else {
      if (committed) {
        hashed.forEach(HashedPart::committed);
      }
      regions.values().forEach(Region::release);
    }
  }

  /**
   * Compares all declarations with the regions of a version. Variables need the same type, objects
   * that stay the same shape too.
   *
   * @throws RestoreMismatchException naming every difference
   */
  void checkAgainst(List<RegionSchema> stored) {
    List<String> differences = new ArrayList<>();
    Map<String, RegionSchema> byName = new LinkedHashMap<>();
    stored.forEach(schema -> byName.put(schema.name(), schema));
    regions.values().forEach(region -> region.compare(byName, differences));
    for (RegionSchema schema : byName.values()) {
      if (!isDeclared(schema)) {
        differences.add(
            schema.name() + ": in the version as " + Schemas.inWords(schema) + ", not declared");
      }
    }
    if (!differences.isEmpty()) {
      throw new RestoreMismatchException(differences);
    }
  }

  private boolean isDeclared(RegionSchema schema) {
    String name = schema.name();
    if (schema.kind() == RegionKind.SHAPE && name.endsWith(Region.LENGTHS)) {
      name = name.substring(0, name.length() - Region.LENGTHS.length());
    }
    return regions.containsKey(name);
  }

  /**
   * Fills all regions from a version. Afterwards the shadow holds the version's bytes and nothing
   * is owed, so that the next capture finds only what has changed since. When the version turns out
   * to be damaged, another may be restored: variables have not been assigned then, objects that
   * stay may have been filled in part.
   *
   * @throws RestoreMismatchException as {@link #checkAgainst}, and when row lengths differ; nothing
   *     has been touched
   */
  void restore(BlockReader version) {
    requireNoCapture();
    checkAgainst(version.regions());
    StoredRegions stored = new StoredRegions(version);
    List<String> differences = new ArrayList<>();
    regions.values().forEach(region -> region.beginRestore(stored, differences));
    if (!differences.isEmpty()) {
      throw new RestoreMismatchException(differences);
    }
    fitShadow(ShadowMemory.Use.FILLED);
    try {
      fill(stored);
      regions.values().forEach(Region::finishRestore);
      if (shadow == null) {
        hashRestored(stored);
      }
    } catch (RuntimeException | Error e) {
      if (shadow != null) {
        shadow.distrust();
      }
      hashed.forEach(HashedPart::forget);
      throw e;
    }
  }

  /** What the version stores in blocks of another size stays owed. */
  private void hashRestored(StoredRegions stored) {
    regions.values().forEach(Region::refresh);
    for (HashedPart part : hashed) {
      RegionSchema there = stored.find(part.schema().name());
      if (there != null && there.blockLog2() == part.schema().blockLog2()) {
        part.restored();
      } else {
        part.forget();
      }
    }
    regions.values().forEach(Region::release);
  }

  private void fill(StoredRegions stored) {
    if (shadow != null) {
      shadow.restore(stored);
      return;
    }
    Collection<Region> all = regions.values();
    all.forEach(region -> region.parts().forEach(stored::fill));
    stored.version().await();
  }

  /**
   * Names of the regions of at least 4 KiB that have not changed in any capture since the start,
   * though others have in three captures or more: usually arrays that the program has dropped. Not
   * known of a {@link #blocking} state.
   */
  List<String> neverChanged() {
    return regions.values().stream()
        .filter(region -> region.idle(IDLE_CAPTURES))
        .filter(region -> region.mainSchema().sizeBytes() >= IDLE_BYTES_MIN)
        .map(Region::name)
        .toList();
  }

  /** Gives the memory back. No capture may be open: its blocks would vanish under the writer. */
  @Override
  public void close() {
    requireNoCapture();
    if (shadow != null) {
      shadow.close();
      shadow = null;
    }
    scratch.close();
  }
}
