// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.codec;

import dev.holdfast.storage.io.Time;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses a codec for a region by encoding a small sample of it in every way that makes sense.
 *
 * <p>What pays cannot be told from the element type: positions of particles, a smooth field and a
 * random field are all doubles. Candidates go from cheap to expensive, and a more expensive one
 * must be at least 2 % better than the best so far, by what the {@link Aim} counts. To store blocks
 * as they are is a candidate, too.
 */
public final class CodecChooser {
  private static final int SAMPLE_BLOCKS_MAX = 4;
  private static final int SAMPLE_BLOCK_BYTES_MAX = 1 << 16;
  private static final double BIAS_FOR_CHEAPER = 0.98;

  /** Other processes may take the processor away while a sample is encoded. */
  private static final int TIMED_TRIALS = 2;

  private final BlockEncoder encoder;

  /**
   * @param encoder tries everything; to make one takes longer than to use it
   */
  public CodecChooser(BlockEncoder encoder) {
    this.encoder = encoder;
  }

  /**
   * A choice.
   *
   * @param cost for each raw byte, by the aim; comparable with that of others for the same aim
   */
  public record Rated(CodecChoice choice, double cost) {}

  /** One encoding of sample {@code i}. */
  private interface Trial {
    Encoded encode(int i, CodecChoice choice);
  }

  /**
   * Chooses for blocks that are encoded by themselves. At most 4 blocks, evenly spread over the
   * list, and the first 64 KiB of each are tried; blocks of zeros say nothing and do not count.
   * Without any block that counts the answer is a guess by type.
   *
   * @param elementWidthBytes 1, 2, 4 or 8
   * @param numeric whether the elements are numbers, so that differences between neighbours may
   *     help
   * @param sampleBlocks native segments
   * @return the best choice, with {@link Pipeline#RAW} if even that does not pay
   */
  public Rated choose(
      int elementWidthBytes, boolean numeric, List<MemorySegment> sampleBlocks, Aim aim) {
    List<MemorySegment> samples = sampleOf(sampleBlocks);
    List<Pipeline> candidates = candidates(elementWidthBytes, numeric);
    Pipeline guess = numeric && elementWidthBytes > 1 ? Pipeline.SHUFFLE_ZSTD : Pipeline.ZSTD;
    Trial trial = (i, choice) -> encoder.encode(samples.get(i), choice);
    return new Search(elementWidthBytes, aim, samples, trial).best(candidates, guess);
  }

  /**
   * Chooses for blocks that are encoded as XOR against their previous value. Neighbouring XOR
   * values are not near each other as integers, so differences are not tried.
   *
   * @param previousBlocks for each sample block its previous value, of the same length
   */
  public Rated chooseXor(
      int elementWidthBytes,
      List<MemorySegment> sampleBlocks,
      List<MemorySegment> previousBlocks,
      Aim aim) {
    if (sampleBlocks.size() != previousBlocks.size()) {
      throw new IllegalArgumentException(
          sampleBlocks.size() + " sample blocks, but " + previousBlocks.size() + " previous ones");
    }
    List<MemorySegment> samples = sampleOf(sampleBlocks);
    List<MemorySegment> previous = sampleOf(previousBlocks);
    List<Pipeline> candidates = candidates(elementWidthBytes, false);
    Trial trial = (i, choice) -> encoder.encodeXor(samples.get(i), previous.get(i), choice);
    return new Search(elementWidthBytes, aim, samples, trial)
        .best(candidates, candidates.getLast());
  }

  private static List<Pipeline> candidates(int elementWidthBytes, boolean numeric) {
    List<Pipeline> candidates = new ArrayList<>(List.of(Pipeline.ZSTD));
    if (elementWidthBytes > 1) {
      candidates.add(Pipeline.SHUFFLE_ZSTD);
    }
    if (numeric) {
      candidates.add(Pipeline.DELTA_SHUFFLE_ZSTD);
      candidates.add(Pipeline.DELTA2_SHUFFLE_ZSTD);
    }
    return candidates;
  }

  private static List<MemorySegment> sampleOf(List<MemorySegment> blocks) {
    int count = Math.min(SAMPLE_BLOCKS_MAX, blocks.size());
    List<MemorySegment> sample = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      MemorySegment block = blocks.get((int) ((2L * i + 1) * blocks.size() / (2L * count)));
      sample.add(block.asSlice(0, Math.min(SAMPLE_BLOCK_BYTES_MAX, block.byteSize())));
    }
    return sample;
  }

  private record Search(int elementWidthBytes, Aim aim, List<MemorySegment> samples, Trial trial) {

    Rated best(List<Pipeline> candidates, Pipeline guess) {
      int firstLevel = aim.levels().getFirst();
      CodecChoice guessed = CodecChoice.of(guess, elementWidthBytes, firstLevel);
      Totals first = measureOnce(guessed); // what is encoded first takes longer
      if (first.rawBytes == 0) {
        return new Rated(guessed, 0);
      }
      Tried best = new Tried(new Rated(guessed, Double.POSITIVE_INFINITY), first);
      for (Pipeline pipeline : candidates) {
        best = better(best, CodecChoice.of(pipeline, elementWidthBytes, firstLevel));
      }
      Pipeline chosen = best.rated.choice.codec().pipeline();
      for (int level : aim.levels().subList(1, aim.levels().size())) {
        best = better(best, CodecChoice.of(chosen, elementWidthBytes, level));
      }
      double costOfRaw = aim.costOfRaw(first.rawBytes) / first.rawBytes;
      boolean pays =
          BlockEncoder.pays(best.totals.storedBytes, best.totals.rawBytes)
              && best.rated.cost < costOfRaw * BIAS_FOR_CHEAPER;
      CodecChoice raw = CodecChoice.of(Pipeline.RAW, elementWidthBytes, firstLevel);
      return pays ? best.rated : new Rated(raw, costOfRaw);
    }

    private Tried better(Tried best, CodecChoice choice) {
      Totals totals = measure(choice);
      double cost = aim.cost(totals.storedBytes, totals.encodingNs) / totals.rawBytes;
      boolean better = cost < best.rated.cost * BIAS_FOR_CHEAPER;
      return better ? new Tried(new Rated(choice, cost), totals) : best;
    }

    private Totals measure(CodecChoice choice) {
      Totals first = measureOnce(choice);
      long leastNs = first.encodingNs;
      for (int i = 1; i < (aim.timed() ? TIMED_TRIALS : 1); i++) {
        leastNs = Math.min(leastNs, measureOnce(choice).encodingNs);
      }
      return new Totals(first.rawBytes, first.storedBytes, leastNs);
    }

    private Totals measureOnce(CodecChoice choice) {
      long rawBytes = 0;
      long storedBytes = 0;
      long from = Time.SYSTEM.nanoTime();
      for (int i = 0; i < samples.size(); i++) {
        Encoded encoded = trial.encode(i, choice);
        if (encoded.codec().pipeline() != Pipeline.ZERO) {
          rawBytes += samples.get(i).byteSize();
          storedBytes += encoded.storedBytes();
        }
      }
      return new Totals(rawBytes, storedBytes, Time.SYSTEM.nanoTime() - from);
    }
  }

  /** The best so far, and what was measured of it. */
  private record Tried(Rated rated, Totals totals) {}

  private record Totals(long rawBytes, long storedBytes, long encodingNs) {}
}
