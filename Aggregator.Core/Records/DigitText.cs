using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Aggregator.Core.Tuning;

namespace Aggregator.Core.Records;

/// <summary>Numbers out of text that was found to be one: eight digits at once, as a 64-bit word whose lowest byte is the first digit. Reads up to 16 bytes beyond the number.</summary>
// HOT: two or three times a record. 13 digits cover 2001 to 2286; 8 + 5 digits are two times three multiplications instead of 13 dependent steps.
internal static class DigitText
{
    private const ulong Zeros = 0x3030_3030_3030_3030;

    // Numbers of so many digits, and powers of ten up to there, are exact as doubles.
    private const int ExactDigits = 15;

    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>A number of 13 digits.</summary>
    public static long Read13(ref byte digits) => Tricks.ReadsDigitsAtOnce
        ? ((long)Eight(Word(ref digits) ^ Zeros) * 100_000) + (long)Eight((Word(ref Unsafe.Add(ref digits, 8)) ^ Zeros) << 24)
        : ReadEach(MemoryMarshal.CreateReadOnlySpan(ref digits, 13));

    /// <summary>A number of digits alone, one after the other.</summary>
    public static long ReadEach(ReadOnlySpan<byte> digits)
    {
        long number = 0;
        foreach (byte digit in digits)
        {
            number = (number * 10) + (digit - '0');
        }
        return number;
    }

    /// <summary>A JSON number as its nearest double, rounded half up, ⌊x + 0.5⌋; what lies beyond a long (1e400 is infinite) becomes its end.</summary>
    public static long ReadRounded(ref byte number, int length)
    {
        ulong word = Word(ref number) ^ Zeros;
        // The word of a shorter number is shifted up, so that zeros stand in front; a minus, a point or an exponent is no digit.
        if (length <= 8 && Tricks.ReadsDigitsAtOnce)
        {
            word <<= 64 - (8 * length);
            if ((word & 0xF0F0_F0F0_F0F0_F0F0) == 0)
            {
                return (long)Eight(word);
            }
        }
        return ReadAnyRounded(MemoryMarshal.CreateReadOnlySpan(ref number, length));
    }

    private static ulong Eight(ulong digits)
    {
        digits = (digits * 10) + (digits >> 8);
        return (((digits & 0x0000_00FF_0000_00FF) * 0x000F_4240_0000_0064) + (((digits >> 16) & 0x0000_00FF_0000_00FF) * 0x0000_2710_0000_0001)) >> 32;
    }

    private static long ReadAnyRounded(ReadOnlySpan<byte> number)
    {
        if (TryReadPlain(number, out double value))
        {
            return (long)Math.Floor(value + 0.5);
        }
        return long.CreateSaturating(Math.Floor(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture) + 0.5));
    }

    /// <summary>A number without exponent and of few digits: an exact whole number divided by an exact power of ten is rounded once, so it is the nearest double.</summary>
    private static bool TryReadPlain(ReadOnlySpan<byte> number, out double value)
    {
        long digits = 0;
        int count = 0;
        int point = -1;
        bool isNegative = number[0] == '-';
        value = 0;
        for (int i = isNegative ? 1 : 0; i < number.Length; i++)
        {
            int digit = number[i] - '0';
            if ((uint)digit <= 9)
            {
                digits = (digits * 10) + digit;
                count++;
            }
            else if (number[i] == '.')
            {
                point = count;
            }
            else
            {
                return false;
            }
            if (count > ExactDigits)
            {
                return false;
            }
        }
        value = (isNegative ? -(double)digits : digits) / Powers[point < 0 ? 0 : count - point];
        return true;
    }

    private static ulong Word(ref byte at) => Unsafe.ReadUnaligned<ulong>(ref at);
}
