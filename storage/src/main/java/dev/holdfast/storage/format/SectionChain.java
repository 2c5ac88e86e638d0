// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Finds the sections of a damaged record, and what one damaged section may have been. */
public final class SectionChain {
  private static final int CRC_AT = 4;
  private static final int LENGTH_AT = 8;

  private SectionChain() {}

  /**
   * The length of the sound section that begins at a place, header and padding included; -1 when
   * none does.
   */
  public static int soundBytes(byte[] bytes, int at) {
    if (!mayBegin(bytes, at)) {
      return -1;
    }
    int length = (int) (Sections.HEADER_BYTES + length(bytes, at));
    int padded = length + (-length & 7);
    if (padded > bytes.length - at || Sections.crc(bytes, at, length) != storedCrc(bytes, at)) {
      return -1;
    }
    for (int i = at + length; i < at + padded; i++) {
      if (bytes[i] != 0) {
        return -1;
      }
    }
    return padded;
  }

  /** Whether a section can begin at a place, by its tag and length. */
  public static boolean mayBegin(byte[] bytes, int at) {
    if (bytes.length - at < Sections.HEADER_BYTES) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long length = length(bytes, at);
    return Sections.Tag.ofCode(in.getShort(at) & 0xffff) != null
        && length >= 0
        && length <= bytes.length - at - Sections.HEADER_BYTES;
  }

  /** What a section says its payload's length is. */
  public static long length(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(at + LENGTH_AT);
  }

  private static int storedCrc(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at + CRC_AT);
  }

  /**
   * What the sections may have been, when one byte of them has changed: every change that makes all
   * their checksums right. Which of them it was, if any, only the file's digest can tell.
   */
  public static List<byte[]> corrected(byte[] sections) {
    List<byte[]> found = new ArrayList<>();
    int at = 0;
    while (at < sections.length) {
      int bytes = soundBytes(sections, at);
      if (bytes < 0) {
        correctHeader(sections, at, found);
        correctPayload(sections, at, found);
        return found;
      }
      at += bytes;
    }
    return found;
  }

  private static boolean soundFrom(byte[] sections, int first) {
    int at = first;
    while (at < sections.length) {
      int bytes = soundBytes(sections, at);
      if (bytes < 0) {
        return false;
      }
      at += bytes;
    }
    return true;
  }

  private static void correctHeader(byte[] sections, int at, List<byte[]> found) {
    int end = Math.min(at + Sections.HEADER_BYTES, sections.length);
    byte[] trial = sections.clone();
    for (int i = at; i < end; i++) {
      for (int xor = 1; xor < 256; xor++) {
        trial[i] = (byte) (sections[i] ^ xor);
        keepIfSound(trial, at, found);
      }
      trial[i] = sections[i];
    }
  }

  private static void correctPayload(byte[] sections, int at, List<byte[]> found) {
    if (!mayBegin(sections, at)) {
      return;
    }
    int length = (int) (Sections.HEADER_BYTES + length(sections, at));
    byte[] trial = sections.clone();
    for (int i = at + length; i < Math.min(trial.length, at + length + (-length & 7)); i++) {
      trial[i] = 0;
    }
    keepIfSound(trial, at, found);
    int computed = Sections.crc(sections, at, length);
    for (OneByte.Change change : OneByte.candidates(length, storedCrc(sections, at), computed)) {
      if (change.at() >= Sections.HEADER_BYTES) {
        change.apply(trial, at);
        keepIfSound(trial, at, found);
        change.apply(trial, at);
      }
    }
  }

  private static void keepIfSound(byte[] trial, int at, List<byte[]> found) {
    if (soundFrom(trial, at)) {
      found.add(trial.clone());
    }
  }
}
