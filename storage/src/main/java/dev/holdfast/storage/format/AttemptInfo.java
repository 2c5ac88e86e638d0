// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.format;

import dev.holdfast.storage.format.Sections.Tag;
import java.util.Locale;
import java.util.Map;

/** What an OPEN or an END record says. */
public sealed interface AttemptInfo {

  Ledger ledger();

  byte[] encode();

  /**
   * A writer has begun.
   *
   * @param holder who it is
   * @param ledger the job's ledger when it began
   * @param environment host, architecture and versions
   */
  record Opened(Holder holder, Ledger ledger, Map<String, String> environment)
      implements AttemptInfo {
    @Override
    public byte[] encode() {
      return new Sections.Writer()
          .add(Tag.HOLDER, w -> w.stringMap(holder.toMap()))
          .add(Tag.LEDGER, ledger::encode)
          .add(Tag.ENVIRONMENT, w -> w.stringMap(environment))
          .toByteArray();
    }
  }

  /**
   * A writer has ended in good order.
   *
   * @param cause why
   * @param message in words, for {@link EndCause#FAILED} the error
   * @param step steps done
   * @param ledger the job's ledger when it ended
   */
  record Ended(EndCause cause, String message, long step, Ledger ledger) implements AttemptInfo {
    private static final int MESSAGE_CHARS_MAX = 8192;

    /** Clips a message that is too long to be stored: an END record matters more than its text. */
    public Ended {
      if (message.length() > MESSAGE_CHARS_MAX) {
        message = message.substring(0, MESSAGE_CHARS_MAX) + " ...";
      }
    }

    @Override
    public byte[] encode() {
      return new Sections.Writer()
          .add(Tag.ENDING, w -> w.string(cause.name()).string(message).i64(step))
          .add(Tag.LEDGER, ledger::encode)
          .toByteArray();
    }
  }

  /** Why an attempt ended. */
  enum EndCause {
    /** Every step is done. */
    COMPLETE,
    /** It was asked to stop and made a version first. */
    STOPPED,
    /** The program threw an exception, or ended without saying that it is complete. */
    FAILED
  }

  static Opened decodeOpened(String file, long base, byte[] bytes) {
    Map<Tag, ByteReader> in = Sections.read(file, base, bytes);
    return new Opened(
        Holder.ofMap(Sections.required(in, Tag.HOLDER, file).stringMap()),
        Ledger.decode(Sections.required(in, Tag.LEDGER, file)),
        Sections.required(in, Tag.ENVIRONMENT, file).stringMap());
  }

  static Ended decodeEnded(String file, long base, byte[] bytes) {
    Map<Tag, ByteReader> in = Sections.read(file, base, bytes);
    ByteReader ending = Sections.required(in, Tag.ENDING, file);
    String cause = ending.string();
    for (EndCause known : EndCause.values()) {
      if (known.name().equals(cause)) {
        return new Ended(
            known,
            ending.string(),
            ending.u63(),
            Ledger.decode(Sections.required(in, Tag.LEDGER, file)));
      }
    }
    throw new UnsupportedFormatException(file, "an end by cause " + cause.toLowerCase(Locale.ROOT));
  }
}
