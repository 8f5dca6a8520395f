using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Aggregator.Host.Web.Access;

/// <summary>The subject alternative names of a certificate as texts: DNS names, IP addresses, e-mail addresses and URIs (RFC 5280, 4.2.1.6).</summary>
internal static class AlternativeNames
{
    private const string Extension = "2.5.29.17";

    public static IEnumerable<string> Of(X509Certificate2 certificate)
    {
        foreach (X509Extension extension in certificate.Extensions.Where(extension => extension.Oid?.Value == Extension))
        {
            AsnReader names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                Asn1Tag tag = names.PeekTag();
                switch (tag.TagValue)
                {
                    case 1 or 2 or 6: // rfc822Name, dNSName, uniformResourceIdentifier
                        yield return names.ReadCharacterString(UniversalTagNumber.IA5String, tag);
                        break;
                    case 7: // iPAddress
                        yield return new IPAddress(names.ReadOctetString(tag)).ToString();
                        break;
                    default:
                        names.ReadEncodedValue();
                        break;
                }
            }
        }
    }
}
