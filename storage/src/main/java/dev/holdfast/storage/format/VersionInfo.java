// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import dev.holdfast.storage.format.Footer.Digest;
import dev.holdfast.storage.format.Sections.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a VERSION record says apart from its blocks.
 *
 * @param state where the program stood
 * @param family which chain of deltas it belongs to
 * @param refs every other file it needs, at most {@link #REFS_MAX}; index file k is refs[k - 1]
 * @param regions in the order of the index
 * @param outputs output files that are part of the commit
 * @param ledger the job's ledger at the moment of capture
 * @param costs what checkpoints have cost so far
 * @param measured distributions of what checkpoints have cost, by name, in the compressed encoding
 *     of HdrHistogram as Base64
 * @param level what the version survives
 * @param environment host, architecture and versions of the writer
 * @param parameters values that must be the same at restart
 * @param user the program's own notes
 */
public record VersionInfo(
    State state,
    Family family,
    List<FileRef> refs,
    List<RegionSchema> regions,
    List<OutputMark> outputs,
    Ledger ledger,
    Costs costs,
    Map<String, String> measured,
    Level level,
    Map<String, String> environment,
    Map<String, String> parameters,
    Map<String, String> user) {
  public static final int REFS_MAX = 64;
  public static final int REGIONS_MAX = 1 << 20;

  /** What an index of 32 bytes per block can hold in one array. */
  public static final int BLOCKS_MAX = BlockIndex.ENTRIES_MAX;

  public VersionInfo {
    refs = List.copyOf(refs);
    regions = List.copyOf(regions);
    outputs = List.copyOf(outputs);
  }

  /**
   * Where the program stood.
   *
   * @param step steps done in all phases
   * @param capturedEpochMs wall-clock time of the capture
   * @param phases the counters of the phases, in order
   */
  public record State(long step, long capturedEpochMs, List<Phase> phases) {
    public State {
      phases = List.copyOf(phases);
    }
  }

  /**
   * The counter of one phase.
   *
   * @param done steps done
   * @param total steps wanted, -1 when open-ended
   * @param finished whether its loop has ended
   */
  public record Phase(String name, long done, long total, boolean finished) {}

  /**
   * The chain of deltas a version belongs to.
   *
   * @param parent number of the version it follows, 0 for none
   * @param parentDigest its digest; all zeros for none
   * @param number the family: one more with every full version
   * @param generation deltas since the full version, 0 for the full one itself
   */
  public record Family(long parent, Digest parentDigest, long number, int generation) {
    public boolean full() {
      return generation == 0;
    }
  }

  /**
   * Another file that a version needs.
   *
   * @param number its number in the line
   * @param fileId its identity
   * @param digest the digest in its footer
   * @param bytes its length
   * @param createdEpochMs when it was written
   */
  public record FileRef(
      long number, Id128 fileId, Digest digest, long bytes, long createdEpochMs) {}

  /**
   * An output file at the moment of capture.
   *
   * @param path as the program named it
   * @param bytes its length
   * @param crc32c of its whole content
   */
  public record OutputMark(String path, long bytes, int crc32c) {}

  /**
   * What checkpoints have cost, for the policy of the next attempt.
   *
   * @param blockedSeconds smoothed time the loop was blocked
   * @param durableSeconds smoothed time from capture to durable
   * @param restartSeconds the latest restart
   * @param stepSeconds smoothed time of one step
   * @param samples checkpoints measured
   * @param intervalSeconds the work interval that the policy chooses after this version with what
   *     is known when it is written, infinite for never; 0 in versions that do not tell
   * @param mttfSeconds the mean time to failure that it plans with; 0 in versions that do not tell
   */
  public record Costs(
      double blockedSeconds,
      double durableSeconds,
      double restartSeconds,
      double stepSeconds,
      long samples,
      double intervalSeconds,
      double mttfSeconds) {
    public static final Costs NONE = new Costs(0, 0, 0, 0, 0, 0, 0);
    private static final int PLAN_BYTES = 16;
  }

  /** A digest of zeros, for "none". */
  public static final Digest NO_DIGEST = Digest.of(new byte[Checksum.SHA256_BYTES]);

  /** The number of blocks of all regions. */
  public int blockCount() {
    long blocks = 0;
    for (RegionSchema region : regions) {
      blocks += region.blockCount();
    }
    return Math.toIntExact(blocks);
  }

  /** The size of the state in bytes. */
  public long stateBytes() {
    return regions.stream().mapToLong(RegionSchema::sizeBytes).sum();
  }

  /** The sections as they stand in the file. */
  public byte[] encode(FileHeader header) {
    Sections.Writer out = new Sections.Writer();
    out.add(Tag.STATE, this::encodeState);
    out.add(Tag.PARENT, w -> w.i64(family.parent).raw(family.parentDigest.bytes()));
    out.add(Tag.FAMILY, w -> w.i64(family.number).i32(family.generation));
    out.add(Tag.REFS, this::encodeRefs);
    out.add(
        Tag.RANKS,
        w -> w.i32(1).i32(0).i32(header.place()).i64(header.attempt()).i32(header.attemptTry()));
    out.add(Tag.REGIONS, this::encodeRegions);
    out.add(Tag.OUTPUTS, this::encodeOutputs);
    out.add(Tag.LEDGER, ledger::encode);
    out.add(Tag.COSTS, this::encodeCosts);
    out.add(Tag.MEASURED, w -> w.stringMap(measured));
    out.add(Tag.LEVEL, w -> w.u8(level.code()));
    out.add(Tag.ENVIRONMENT, w -> w.stringMap(environment));
    out.add(Tag.PARAMETERS, w -> w.stringMap(parameters));
    out.add(Tag.USER, w -> w.stringMap(user));
    return out.toByteArray();
  }

  private void encodeState(ByteWriter out) {
    out.i64(state.step).i64(state.capturedEpochMs).i32(state.phases.size());
    for (Phase phase : state.phases) {
      out.string(phase.name).i64(phase.done).i64(phase.total).u8(phase.finished ? 1 : 0);
    }
  }

  private void encodeRefs(ByteWriter out) {
    out.i32(refs.size());
    for (FileRef ref : refs) {
      out.i64(ref.number).id(ref.fileId).raw(ref.digest.bytes());
      out.i64(ref.bytes).i64(ref.createdEpochMs);
    }
  }

  private void encodeRegions(ByteWriter out) {
    out.i32(regions.size());
    for (RegionSchema region : regions) {
      out.string(region.name()).u8(region.kind().code()).u8(region.elementType().code());
      out.u8(region.blockLog2()).u8(region.mappable() ? 1 : 0).string(region.typeName());
      out.i64(region.sizeBytes()).u8(region.shape().size());
      // Each dimension: extent, and where the local part begins and ends in the global shape.
      region.shape().forEach(extent -> out.i64(extent).i64(0).i64(extent));
    }
  }

  private void encodeOutputs(ByteWriter out) {
    out.i32(outputs.size());
    outputs.forEach(mark -> out.string(mark.path).i64(mark.bytes).i32(mark.crc32c));
  }

  private void encodeCosts(ByteWriter out) {
    out.f64(costs.blockedSeconds).f64(costs.durableSeconds).f64(costs.restartSeconds);
    out.f64(costs.stepSeconds).i64(costs.samples);
    out.f64(costs.intervalSeconds).f64(costs.mttfSeconds);
  }

  /**
   * Reads the sections of a VERSION record.
   *
   * @param base offset of the sections in the file
   * @throws DamagedException when they are not sound
   */
  public static VersionInfo decode(String file, long base, byte[] bytes) {
    Map<Tag, ByteReader> in = Sections.read(file, base, bytes);
    ByteReader ranks = Sections.required(in, Tag.RANKS, file);
    int rankCount = ranks.i32();
    if (rankCount != 1) {
      throw new UnsupportedFormatException(file, "written by " + rankCount + " ranks");
    }
    return new VersionInfo(
        decodeState(Sections.required(in, Tag.STATE, file)),
        decodeFamily(
            Sections.required(in, Tag.PARENT, file), Sections.required(in, Tag.FAMILY, file)),
        decodeRefs(Sections.required(in, Tag.REFS, file)),
        decodeRegions(Sections.required(in, Tag.REGIONS, file)),
        decodeOutputs(Sections.required(in, Tag.OUTPUTS, file)),
        Ledger.decode(Sections.required(in, Tag.LEDGER, file)),
        decodeCosts(Sections.required(in, Tag.COSTS, file)),
        decodeMeasured(in),
        decodeLevel(Sections.required(in, Tag.LEVEL, file)),
        Sections.required(in, Tag.ENVIRONMENT, file).stringMap(),
        Sections.required(in, Tag.PARAMETERS, file).stringMap(),
        Sections.required(in, Tag.USER, file).stringMap());
  }

  private static State decodeState(ByteReader in) {
    long step = in.u63();
    long captured = in.i64();
    int count = in.count(19);
    List<Phase> phases = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      phases.add(new Phase(in.string(), in.u63(), in.i64(), in.u8() != 0));
    }
    return new State(step, captured, phases);
  }

  private static Family decodeFamily(ByteReader parent, ByteReader family) {
    return new Family(
        parent.u63(), Digest.of(parent.bytes(Checksum.SHA256_BYTES)), family.u63(), family.i32());
  }

  private static List<FileRef> decodeRefs(ByteReader in) {
    int count = in.count(72);
    if (count > REFS_MAX) {
      throw in.damaged("at most " + REFS_MAX + " references expected, found " + count);
    }
    List<FileRef> refs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      refs.add(
          new FileRef(
              in.u63(), in.id(), Digest.of(in.bytes(Checksum.SHA256_BYTES)), in.u63(), in.i64()));
    }
    return refs;
  }

  private static List<RegionSchema> decodeRegions(ByteReader in) {
    int count = in.count(17);
    if (count > REGIONS_MAX) {
      throw in.damaged("at most " + REGIONS_MAX + " regions expected, found " + count);
    }
    List<RegionSchema> regions = new ArrayList<>(count);
    long blocks = 0;
    for (int i = 0; i < count; i++) {
      regions.add(decodeRegion(in));
      blocks += regions.getLast().blockCount();
    }
    if (blocks > BLOCKS_MAX) {
      throw in.damaged("at most " + BLOCKS_MAX + " blocks expected, found " + blocks);
    }
    return regions;
  }

  private static RegionSchema decodeRegion(ByteReader in) {
    String name = in.string();
    RegionKind kind = RegionKind.ofCode(in.u8(), in);
    ElementType type = ElementType.ofCode(in.u8(), in);
    int blockLog2 = in.u8();
    boolean mappable = in.u8() != 0;
    String typeName = in.string();
    long sizeBytes = in.u63();
    int dimensions = in.u8();
    if (blockLog2 < RegionSchema.BLOCK_LOG2_MIN
        || blockLog2 > RegionSchema.BLOCK_LOG2_MAX
        || dimensions > 8
        || (sizeBytes >>> blockLog2) >= Integer.MAX_VALUE) {
      throw in.damaged(
          "region "
              + name
              + ": block log2 "
              + blockLog2
              + ", "
              + dimensions
              + " dimensions, "
              + sizeBytes
              + " bytes");
    }
    List<Long> shape = new ArrayList<>(dimensions);
    for (int d = 0; d < dimensions; d++) {
      shape.add(in.u63());
      in.i64(); // the local start: 0 until several ranks write
      in.i64(); // the global extent: the same as the local one until then
    }
    return new RegionSchema(name, kind, type, typeName, shape, sizeBytes, blockLog2, mappable);
  }

  private static List<OutputMark> decodeOutputs(ByteReader in) {
    int count = in.count(14);
    List<OutputMark> marks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      marks.add(new OutputMark(in.string(), in.u63(), in.i32()));
    }
    return marks;
  }

  private static Costs decodeCosts(ByteReader in) {
    double blocked = in.f64();
    double durable = in.f64();
    double restart = in.f64();
    double step = in.f64();
    long samples = in.i64();
    boolean tellsPlan = in.remaining() >= Costs.PLAN_BYTES; // not in the first stores
    return new Costs(
        blocked,
        durable,
        restart,
        step,
        samples,
        tellsPlan ? in.f64() : 0,
        tellsPlan ? in.f64() : 0);
  }

  private static Map<String, String> decodeMeasured(Map<Tag, ByteReader> in) {
    ByteReader section = in.get(Tag.MEASURED);
    return section == null ? Map.of() : section.stringMap();
  }

  private static Level decodeLevel(ByteReader in) {
    return Level.ofCode(in.u8(), in);
  }
}
