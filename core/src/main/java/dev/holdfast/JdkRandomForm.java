// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * {@code java.util.Random}, filled in place: the 48 bits of its seed and the Gaussian it may hold
 * back, so that every sequence continues bit for bit.
 *
 * <p>No public method sets the Gaussian that is held back. The serial form of the class has it, and
 * {@code sun.reflect.ReflectionFactory} (module jdk.unsupported, made for serialization libraries)
 * gives the class's own {@code writeObject} and {@code readObject}. They are called here with
 * streams that carry the three documented serial fields and nothing else: no byte is ever
 * deserialized.
 */
final class JdkRandomForm implements ObjectForm {
  private static final String SEED = "seed";
  private static final String GAUSSIAN = "nextNextGaussian";
  private static final String HAS_GAUSSIAN = "haveNextNextGaussian";

  private final MethodHandle writeObject;
  private final MethodHandle readObject;

  JdkRandomForm(String name) {
    try {
      Class<?> factoryClass = Class.forName("sun.reflect.ReflectionFactory");
      Object factory = factoryClass.getMethod("getReflectionFactory").invoke(null);
      writeObject =
          ((MethodHandle)
                  factoryClass
                      .getMethod("writeObjectForSerialization", Class.class)
                      .invoke(factory, Random.class))
              .asType(MethodType.methodType(void.class, Random.class, FieldsOut.class));
      readObject =
          ((MethodHandle)
                  factoryClass
                      .getMethod("readObjectForSerialization", Class.class)
                      .invoke(factory, Random.class))
              .asType(MethodType.methodType(void.class, Random.class, FieldsIn.class));
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalArgumentException(
          ("region %s: this Java runtime lacks module jdk.unsupported, without which"
                  + " java.util.Random cannot be restored; add the module, or %s")
              .formatted(name, Regions.USE_COMMONS_RNG),
          e);
    }
  }

  @Override
  public String typeName() {
    return Random.class.getName();
  }

  @Override
  public void write(Object value, DataOutput out) throws IOException {
    FieldsOut fields = new FieldsOut();
    try {
      writeObject.invokeExact((Random) value, fields);
    } catch (Throwable e) {
      throw new IOException("java.util.Random did not give its state", e);
    }
    out.writeLong(fields.seed);
    out.writeBoolean(fields.hasGaussian);
    out.writeLong(Double.doubleToRawLongBits(fields.gaussian));
  }

  @Override
  public Object read(Object current, DataInputStream in) throws IOException {
    long seed = in.readLong();
    boolean hasGaussian = in.readBoolean();
    double gaussian = Double.longBitsToDouble(in.readLong());
    FieldsIn fields = new FieldsIn(seed, hasGaussian, gaussian);
    try {
      readObject.invokeExact((Random) current, fields);
    } catch (Throwable e) {
      throw new IOException("java.util.Random did not take its state", e);
    }
    return current;
  }

  /** Takes the serial fields that {@code Random.writeObject} puts. */
  private static final class FieldsOut extends ObjectOutputStream {
    private long seed;
    private boolean hasGaussian;
    private double gaussian;

    FieldsOut() throws IOException {}

    @Override
    public PutField putFields() {
      return new PutField() {
        @Override
        public void put(String name, boolean value) {
          hasGaussian = value;
          require(name, HAS_GAUSSIAN);
        }

        @Override
        public void put(String name, long value) {
          seed = value;
          require(name, SEED);
        }

        @Override
        public void put(String name, double value) {
          gaussian = value;
          require(name, GAUSSIAN);
        }

        @Override
        public void put(String name, byte value) {
          throw unknown(name);
        }

        @Override
        public void put(String name, char value) {
          throw unknown(name);
        }

        @Override
        public void put(String name, short value) {
          throw unknown(name);
        }

        @Override
        public void put(String name, int value) {
          throw unknown(name);
        }

        @Override
        public void put(String name, float value) {
          throw unknown(name);
        }

        @Override
        public void put(String name, @Nullable Object value) {
          throw unknown(name);
        }

        @Override
        @Deprecated
        @SuppressWarnings("removal") // abstract, so it must be there
        public void write(ObjectOutput out) {
          throw new UnsupportedOperationException();
        }
      };
    }

    @Override
    public void writeFields() {}
  }

  /** Gives the serial fields that {@code Random.readObject} gets. */
  private static final class FieldsIn extends ObjectInputStream {
    private final long seed;
    private final boolean hasGaussian;
    private final double gaussian;

    FieldsIn(long seed, boolean hasGaussian, double gaussian) throws IOException {
      this.seed = seed;
      this.hasGaussian = hasGaussian;
      this.gaussian = gaussian;
    }

    @Override
    public GetField readFields() {
      return new GetField() {
        @Override
        public ObjectStreamClass getObjectStreamClass() {
          return ObjectStreamClass.lookup(Random.class);
        }

        @Override
        public boolean defaulted(String name) {
          return false;
        }

        @Override
        public boolean get(String name, boolean absent) {
          require(name, HAS_GAUSSIAN);
          return hasGaussian;
        }

        @Override
        public long get(String name, long absent) {
          require(name, SEED);
          return seed;
        }

        @Override
        public double get(String name, double absent) {
          require(name, GAUSSIAN);
          return gaussian;
        }

        @Override
        public byte get(String name, byte absent) {
          throw unknown(name);
        }

        @Override
        public char get(String name, char absent) {
          throw unknown(name);
        }

        @Override
        public short get(String name, short absent) {
          throw unknown(name);
        }

        @Override
        public int get(String name, int absent) {
          throw unknown(name);
        }

        @Override
        public float get(String name, float absent) {
          throw unknown(name);
        }

        @Override
        public @Nullable Object get(String name, @Nullable Object absent) {
          throw unknown(name);
        }
      };
    }
  }

  private static void require(String name, String expected) {
    if (!name.equals(expected)) {
      throw unknown(name);
    }
  }

  private static IllegalStateException unknown(String name) {
    return new IllegalStateException("java.util.Random has an unknown serial field " + name);
  }
}
