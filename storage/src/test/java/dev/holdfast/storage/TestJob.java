// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.holdfast.storage.format.ElementType;
import dev.holdfast.storage.format.Ledger;
import dev.holdfast.storage.format.RegionKind;
import dev.holdfast.storage.format.RegionSchema;
import dev.holdfast.storage.format.VersionInfo.Costs;
import dev.holdfast.storage.format.VersionInfo.Phase;
import dev.holdfast.storage.format.VersionInfo.State;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A job with a little state of every kind that knows which of its blocks are owed: changed since
 * the newest committed version. It also remembers every state it has offered, as the oracle.
 */
final class TestJob {
  private static final int BLOCK_LOG2 = 12;
  private static final int BLOCK = 1 << BLOCK_LOG2;

  private final Random random;
  private final List<Region> regions = new ArrayList<>();
  private final Map<Long, Map<String, byte[]>> stateByStep;
  private final boolean growing;
  private long step;

  /** No step is made twice, so that a step tells a state. */
  private final AtomicLong lastStep;

  /** A small job: a full version of it is about 7 KiB long. */
  TestJob(long seed) {
    this(seed, 3, false);
  }

  /** A job that changes as the seed says; {@code growing} ones also change the size of a region. */
  TestJob(long seed, int fieldBlocks, boolean growing) {
    this.random = new Random(seed);
    this.growing = growing;
    this.stateByStep = new HashMap<>();
    this.lastStep = new AtomicLong();
    regions.add(new Region("field", ElementType.DOUBLE, smooth(fieldBlocks * BLOCK / 8)));
    regions.add(new Region("noise", ElementType.OPAQUE, noise(700)));
    regions.add(new Region("zeros", ElementType.LONG, new byte[BLOCK + 80]));
    regions.add(new Region("empty", ElementType.INT, new byte[0]));
  }

  private TestJob(TestJob like, AtomicLong lastStep, Map<Long, Map<String, byte[]>> stateByStep) {
    this.random = new Random(like.lastStep.get());
    this.growing = like.growing;
    this.step = like.step;
    this.lastStep = lastStep;
    this.stateByStep = stateByStep;
    like.regions.forEach(region -> regions.add(region.copy()));
  }

  /** The same job, going its own way from here; neither learns what the other offers. */
  TestJob fork() {
    return new TestJob(this, new AtomicLong(lastStep.get()), new HashMap<>(stateByStep));
  }

  /** Another process of the job: the oracle remembers the states of both. */
  TestJob successor() {
    return new TestJob(this, lastStep, stateByStep);
  }

  /** Numbers that a codec makes smaller, but not small: differences to them are worth storing. */
  private byte[] smooth(int count) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      bytes.putDouble(1000 + random.nextInt(1 << 20) / 64.0);
    }
    return bytes.array();
  }

  private byte[] noise(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /** One region: its bytes now, the bytes of the newest committed version, and what is owed. */
  private static final class Region {
    private final String name;
    private final ElementType type;
    private final BitSet owed = new BitSet();
    private byte[] now;
    private byte @Nullable [] committed;

    Region(String name, ElementType type, byte[] now) {
      this.name = name;
      this.type = type;
      this.now = now;
    }

    RegionSchema schema() {
      return new RegionSchema(
          name,
          RegionKind.ARRAY,
          type,
          type.name(),
          List.of((long) now.length / type.widthBytes()),
          now.length,
          BLOCK_LOG2,
          false);
    }

    void write(int at, byte[] bytes) {
      System.arraycopy(bytes, 0, now, at, bytes.length);
      owed.set(at >> BLOCK_LOG2, ((at + bytes.length - 1) >> BLOCK_LOG2) + 1);
    }

    Region copy() {
      Region copy = new Region(name, type, now.clone());
      copy.committed = committed;
      copy.owed.or(owed);
      return copy;
    }

    void resize(int bytes) {
      int from = Math.min(now.length, bytes) >> BLOCK_LOG2;
      now = Arrays.copyOf(now, bytes);
      owed.set(Math.max(0, from - 1), (bytes >> BLOCK_LOG2) + 1);
    }
  }

  /** What a writer sees of a region at a capture. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Source(RegionSchema schema, byte[] now, byte @Nullable [] before, BitSet owed)
      implements RegionSource {
    @Override
    public boolean changed(int block) {
      return owed.get(block);
    }

    @Override
    public MemorySegment block(int block) {
      return nativeCopy(now, block, schema.blockLengthBytes(block));
    }

    @Override
    public @Nullable MemorySegment committed(int block) {
      int length = schema.blockLengthBytes(block);
      return before == null || before.length < (block << BLOCK_LOG2) + length
          ? null
          : nativeCopy(before, block, length);
    }

    private static MemorySegment nativeCopy(byte[] bytes, int block, int length) {
      return Arena.ofAuto()
          .allocate(length, 8)
          .copyFrom(MemorySegment.ofArray(bytes).asSlice((long) block << BLOCK_LOG2, length));
    }
  }

  long step() {
    return step;
  }

  /** The number of bytes of the state. */
  int sizeBytes() {
    return regions.stream().mapToInt(r -> r.now.length).sum();
  }

  /** Adds a region. */
  void add(String name, byte[] bytes) {
    regions.add(new Region(name, ElementType.OPAQUE, bytes));
  }

  /** Adds a region that no codec can make smaller. */
  void addNoise(String name, int bytes) {
    add(name, noise(bytes));
  }

  void remove(String name) {
    regions.remove(region(name));
  }

  void resize(String name, int bytes) {
    region(name).resize(bytes);
  }

  private Region region(String name) {
    return regions.stream().filter(region -> region.name.equals(name)).findFirst().orElseThrow();
  }

  /** Changes some of the state. */
  void advance() {
    step = lastStep.incrementAndGet();
    Region field = regions.get(0);
    int at = random.nextInt(field.now.length / BLOCK) * BLOCK + 8 * random.nextInt(400);
    byte[] some = Arrays.copyOfRange(field.now, at, at + 64);
    for (int i = 0; i < some.length; i += 8) {
      some[i] ^= (byte) (1 + random.nextInt(3));
    }
    field.write(at, some);
    if (step % 3 == 0) {
      regions.get(1).write(random.nextInt(500), noise(100));
    }
    if (step % 5 == 0) {
      regions.get(2).write(BLOCK + 8, new byte[] {(byte) step});
    }
    if (growing) {
      regions.get(3).resize((int) (step * 1000 % 9000));
    }
  }

  /** A version of the state as it is; the oracle remembers it by its step. */
  Draft draft(boolean full) {
    return draft(full, List.of());
  }

  Draft draft(boolean full, List<OutputFile.Mark> outputs) {
    Map<String, byte[]> state = new LinkedHashMap<>();
    regions.forEach(region -> state.put(region.name, region.now.clone()));
    stateByStep.put(step, state);
    List<RegionSource> sources = new ArrayList<>();
    for (Region region : regions) {
      sources.add(
          new Source(
              region.schema(), region.now.clone(), region.committed, (BitSet) region.owed.clone()));
    }
    return new Draft(
        new State(step, 1_000 + step, List.of(new Phase("main", step, 100, false))),
        sources,
        outputs,
        Ledger.begin(1).advanced(2, step, 3, 4),
        Costs.NONE,
        Map.of(),
        Map.of("n", "17"),
        Map.of(),
        full);
  }

  /** Commits, and pays what is owed when the version is acknowledged; then tidies. */
  CommitResult commit(StoreWriter writer, boolean full) {
    CommitResult result = commitUntidied(writer, full, List.of());
    writer.tidy();
    return result;
  }

  CommitResult commitUntidied(StoreWriter writer, boolean full, List<OutputFile.Mark> outputs) {
    CommitResult result = writer.commit(draft(full, outputs));
    if (result instanceof CommitResult.Committed) {
      paid();
    }
    return result;
  }

  /** The newest draft was acknowledged. */
  void paid() {
    for (Region region : regions) {
      region.committed = region.now.clone();
      region.owed.clear();
    }
  }

  /** Goes on from a version, in a new process as it were. */
  void restore(StoredVersion version) {
    assertMatches(version);
    step = version.info().state().step();
    regions.clear();
    for (int i = 0; i < version.info().regions().size(); i++) {
      RegionSchema schema = version.info().regions().get(i);
      Region region = new Region(schema.name(), schema.elementType(), read(version, i));
      region.committed = region.now.clone();
      regions.add(region);
    }
  }

  /** Every byte of the version is what the oracle remembers of its step. */
  void assertMatches(StoredVersion version) {
    long restored = version.info().state().step();
    Map<String, byte[]> expected = stateByStep.get(restored);
    assertNotNull(expected, "a version of step " + restored + ", which was never offered");
    List<String> names = version.info().regions().stream().map(RegionSchema::name).toList();
    assertEquals(List.copyOf(expected.keySet()), names);
    for (int i = 0; i < names.size(); i++) {
      assertArrayEquals(expected.get(names.get(i)), read(version, i), names.get(i));
    }
  }

  static byte[] read(StoredVersion version, int region) {
    RegionSchema schema = version.info().regions().get(region);
    byte[] all = new byte[(int) schema.sizeBytes()];
    try (Arena arena = Arena.ofConfined()) {
      for (int block = 0; block < schema.blockCount(); block++) {
        MemorySegment into = arena.allocate(schema.blockLengthBytes(block), 8);
        version.readBlock(region, block, into);
        MemorySegment.copy(
            into,
            ValueLayout.JAVA_BYTE,
            0,
            all,
            block << schema.blockLog2(),
            (int) into.byteSize());
      }
    }
    return all;
  }
}
