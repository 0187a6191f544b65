// Prints the checksum that wire/src/java_text.rs expects.
//   java JavaText.java
import java.nio.charset.StandardCharsets;

public class JavaText {
    static final int[] CLASSES = {
        0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
        0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff,
    };
    static long hash = 0xcbf29ce484222325L;

    static void eat(int b) { hash = (hash ^ (b & 0xff)) * 0x100000001b3L; }

    public static void main(String[] args) {
        for (int len = 1, count = CLASSES.length; len <= 4; len++, count *= CLASSES.length)
            for (int number = 0; number < count; number++) {
                byte[] bytes = new byte[len];
                for (int i = len - 1, left = number; i >= 0; i--, left /= CLASSES.length)
                    bytes[i] = (byte) CLASSES[left % CLASSES.length];
                byte[] text = new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
                eat(text.length);
                for (byte b : text) eat(b);
            }
        System.out.printf("0x%016x%n", hash);
    }
}
