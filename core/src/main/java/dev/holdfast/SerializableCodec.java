// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.InvalidObjectException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.FilterInfo;
import java.io.ObjectInputFilter.Status;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Java serialization behind a filter that denies by default, with the same rule applied when
 * writing: a class that could not be read back is found at the first capture.
 */
final class SerializableCodec<T> implements Codec<T> {
  private static final int DEPTH_MAX = 4_000;

  private final Class<T> type;
  private final AllowedClasses allowed;

  SerializableCodec(Class<T> type, AllowedClasses allowed) {
    this.type = type;
    this.allowed = allowed;
  }

  @Override
  public String typeName() {
    return "serializable " + type.getTypeName();
  }

  @Override
  public void write(T value, DataOutput out) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream objects = new CheckedOutput(bytes, allowed)) {
      objects.writeObject(value);
    }
    out.writeInt(bytes.size());
    out.write(bytes.toByteArray());
  }

  @Override
  public T read(DataInput in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new InvalidObjectException("a length of 0 or more expected, found " + length);
    }
    byte[] bytes = readBytes(in, length);
    Filter filter = new Filter(allowed, length);
    try (ObjectInputStream objects = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      objects.setObjectInputFilter(filter);
      return type.cast(objects.readObject());
    } catch (ClassNotFoundException e) {
      throw new InvalidObjectException("class " + e.getMessage() + " is gone", e);
    } catch (InvalidClassException e) {
      throw filter.denied == null
          ? e
          : new InvalidObjectException(allowed.denial(filter.denied), e);
    }
  }

  /** No more memory is taken than there are bytes, whatever length was found. */
  private static byte[] readBytes(DataInput in, int length) throws IOException {
    if (!(in instanceof InputStream stream)) {
      byte[] bytes = new byte[length];
      in.readFully(bytes);
      return bytes;
    }
    byte[] bytes = stream.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException(length + " bytes expected, found " + bytes.length);
    }
    return bytes;
  }

  /** Refuses to write what could not be read. */
  private static final class CheckedOutput extends ObjectOutputStream {
    private final AllowedClasses allowed;
    private @Nullable Class<?> denied;

    CheckedOutput(OutputStream out, AllowedClasses allowed) throws IOException {
      super(out);
      this.allowed = allowed;
    }

    @Override
    protected void annotateClass(Class<?> type) throws IOException {
      // A stream that fails writes its exception before it throws it: the first denial counts.
      if (denied == null && !allowed.allows(type)) {
        denied = type;
      }
      if (denied != null) {
        throw new InvalidClassException(allowed.denial(denied));
      }
    }

    @Override
    protected void annotateProxyClass(Class<?> type) throws IOException {
      throw new InvalidClassException("a proxy cannot be written: " + allowed.denial(type));
    }
  }

  /** Allows the named classes, and no more of anything than the bytes could hold. */
  private static final class Filter implements ObjectInputFilter {
    private final AllowedClasses allowed;
    private final long bytes;
    private @Nullable Class<?> denied;

    Filter(AllowedClasses allowed, long bytes) {
      this.allowed = allowed;
      this.bytes = bytes;
    }

    @Override
    public Status checkInput(FilterInfo info) {
      // Tables of collections are at most a few times as long as what was written for them.
      if (info.depth() > DEPTH_MAX
          || info.references() > bytes
          || info.streamBytes() > bytes
          || info.arrayLength() > 4 * bytes) {
        return Status.REJECTED;
      }
      Class<?> type = info.serialClass();
      if (type == null) {
        return Status.UNDECIDED;
      }
      if (allowed.allows(type)) {
        return Status.ALLOWED;
      }
      denied = type;
      return Status.REJECTED;
    }
  }
}
